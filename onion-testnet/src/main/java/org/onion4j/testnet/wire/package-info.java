/**
 * Byte streams between the parts of a network, in memory or over loopback sockets: {@link org.onion4j.testnet.wire.Wire}
 * is the event-driven end that relays use, {@link org.onion4j.testnet.wire.WireNet} makes them. Imports
 * {@link org.onion4j.testnet.loop}. All calls and callbacks are on the loop of the wire's owner unless something else is
 * said.
 */
package org.onion4j.testnet.wire;
