/**
 * Names and keys of onion services: addresses, blinded keys, credentials, without anything that goes over the network.
 * Entry type: {@link org.onion4j.crypto.onion.OnionAddress}. Imports {@code bytes} and {@code primitive}. All is
 * immutable, for any thread. Spec: rend-spec-v3, "Encoding onion addresses", "Cryptographic building blocks", "Key
 * derivation".
 */
package org.onion4j.crypto.onion;
