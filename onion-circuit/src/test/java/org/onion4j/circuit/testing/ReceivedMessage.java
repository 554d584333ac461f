package org.onion4j.circuit.testing;

import org.onion4j.circuit.message.RelayMessage;

/** A relay message that a hop of a scripted relay recognised. */
public record ReceivedMessage(ScriptedHop hop, int streamId, RelayMessage message) {}
