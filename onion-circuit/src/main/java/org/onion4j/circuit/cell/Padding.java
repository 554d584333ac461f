package org.onion4j.circuit.cell;

import org.onion4j.crypto.bytes.WireWriter;

/** PADDING: keeps a channel alive and its use unclear. The content means nothing. Spec: tor-spec, "Link padding". */
public record Padding() implements ChannelMessage {
    @Override
    public CellCommand command() {
        return CellCommand.PADDING;
    }

    @Override
    public void encode(WireWriter out) {}
}
