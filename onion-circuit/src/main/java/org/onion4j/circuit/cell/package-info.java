/**
 * The cells of a channel as immutable types with their wire form: {@link org.onion4j.circuit.cell.ChannelMessage} and
 * its records, {@link org.onion4j.circuit.cell.CellFrame} for what stands around them on a link. Spec: tor-spec, "Cell
 * Packet format", "Negotiating and initializing connections", "Circuit management". Imports
 * {@code org.onion4j.crypto.bytes} and {@code org.onion4j.circuit.linkspec}. No I/O and no threads.
 */
package org.onion4j.circuit.cell;
