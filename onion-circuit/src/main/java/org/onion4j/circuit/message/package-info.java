/**
 * The messages that travel inside RELAY cells as immutable types with their wire form:
 * {@link org.onion4j.circuit.message.RelayMessage} and its records, {@link org.onion4j.circuit.message.RelayBody} for
 * how they lie in a cell. Spec: tor-spec, "Relay cells" and "Application connections and stream management". Imports
 * {@code org.onion4j.crypto.bytes}, {@code org.onion4j.circuit.cell} and {@code org.onion4j.circuit.linkspec}. No I/O
 * and no threads.
 */
package org.onion4j.circuit.message;
