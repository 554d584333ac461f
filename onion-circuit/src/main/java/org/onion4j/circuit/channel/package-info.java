/**
 * Links to relays: {@link org.onion4j.circuit.channel.Channel} is opened by TCP, TLS and the link handshake, and
 * carries the cells of circuits. Imports cell and runtime; knows nothing of circuits. Two threads a channel. Spec:
 * tor-spec, "Connections" and "Negotiating and initializing connections".
 */
package org.onion4j.circuit.channel;
