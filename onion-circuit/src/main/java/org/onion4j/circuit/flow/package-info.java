/**
 * The arithmetic of flow control, without I/O and without threads of its own:
 * {@link org.onion4j.circuit.flow.HopFlow} decides, for one hop of a circuit, when DATA may be sent and when a SENDME
 * is due, and {@link org.onion4j.circuit.flow.StreamFlow} the same for one stream. A hop's flow control is chosen when
 * its handshake ends. Everything here is guarded by the lock of its circuit. Spec: tor-spec, "Flow control".
 */
package org.onion4j.circuit.flow;
