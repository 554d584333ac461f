package org.onion4j.circuit;

import com.google.common.collect.ImmutableSet;
import org.onion4j.circuit.message.RelayCommand;

/**
 * Which relay commands may come to a client on a general circuit at all, with a stream ID and without one. Everything
 * else that has a name closes the circuit. Spec: tor-spec, "Relay cells".
 */
final class InboundRules {
    private static final ImmutableSet<RelayCommand> ON_STREAM = ImmutableSet.of(
            RelayCommand.DATA, RelayCommand.END, RelayCommand.CONNECTED, RelayCommand.SENDME, RelayCommand.RESOLVED);
    private static final ImmutableSet<RelayCommand> ON_CIRCUIT =
            ImmutableSet.of(RelayCommand.SENDME, RelayCommand.TRUNCATED, RelayCommand.EXTENDED2);

    private InboundRules() {}

    static boolean mayArrive(RelayCommand command, int streamId) {
        return (streamId == 0 ? ON_CIRCUIT : ON_STREAM).contains(command);
    }
}
