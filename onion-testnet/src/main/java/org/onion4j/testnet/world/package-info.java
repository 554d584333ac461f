/**
 * The world outside the relays of a network: {@link org.onion4j.testnet.world.Destinations} holds the names, addresses and
 * servers that exist inside the network alone, {@link org.onion4j.testnet.world.WorldExits} is how exits reach them.
 * Imports loop, wire and the exit side of relay. Handlers run on a bounded pool of threads of their own.
 */
package org.onion4j.testnet.world;
