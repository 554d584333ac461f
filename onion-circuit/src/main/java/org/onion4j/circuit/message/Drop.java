package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.WireWriter;

/** DROP: a dummy of a circuit; the receiver drops it. Its content means nothing. Spec: tor-spec, "Link padding". */
public record Drop() implements RelayMessage {
    @Override
    public RelayCommand command() {
        return RelayCommand.DROP;
    }

    @Override
    public void encode(WireWriter out) {}
}
