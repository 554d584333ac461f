/**
 * Circuits as a client sees them: {@link org.onion4j.circuit.Circuit} is built hop by hop on a channel and carries
 * streams. Imports every other package of the module. Runs on the reader threads of channels and on those of its
 * callers; the class says how its lock works. Spec: tor-spec, "Circuit management".
 */
package org.onion4j.circuit;
