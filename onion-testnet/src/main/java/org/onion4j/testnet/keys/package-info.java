/**
 * The keys of relays: {@link org.onion4j.testnet.keys.RelayIdentity} holds all that one relay needs, and the certificates
 * that bind them. Imports onion-crypto and the cells of onion-circuit.
 */
package org.onion4j.testnet.keys;
