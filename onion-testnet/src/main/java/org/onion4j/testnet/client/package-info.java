/**
 * What the clients of a network run on instead of the real clock, randomness and sockets:
 * {@link org.onion4j.testnet.client.ClientHost} is the entry. Imports {@link org.onion4j.testnet.loop} and the internals
 * of onion-api that are exported to this module. Runs in the clients' threads.
 */
package org.onion4j.testnet.client;
