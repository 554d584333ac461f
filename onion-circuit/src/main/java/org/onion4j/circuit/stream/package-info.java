/**
 * One stream as its user sees it: {@link org.onion4j.circuit.stream.DataStream}. Imports flow and message; what it needs
 * of a circuit is {@link org.onion4j.circuit.stream.StreamCarrier}. No threads of its own. Spec: tor-spec, "Application
 * connections and stream management".
 */
package org.onion4j.circuit.stream;
