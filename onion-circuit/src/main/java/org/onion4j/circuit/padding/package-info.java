/**
 * Circuit padding: what makes the set-up of a circuit for onion services look like that of one to an exit, to who watches
 * the link to the guard. Entry type: {@link org.onion4j.circuit.padding.CircuitPadding}, of which each circuit has one.
 * Imports {@code circuit.message} and {@code circuit.cell}. Guarded by the lock of the circuit. Spec: padding-spec,
 * "Circuit-level padding".
 */
package org.onion4j.circuit.padding;
