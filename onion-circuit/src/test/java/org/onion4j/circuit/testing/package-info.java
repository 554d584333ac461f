/**
 * A scripted relay for the tests of channels, circuits, streams and what is built on them: real TLS, real cells, real
 * handshakes, and any misbehaviour a test asks for. Entry: {@link org.onion4j.circuit.testing.ScriptedRelay}.
 */
package org.onion4j.circuit.testing;
