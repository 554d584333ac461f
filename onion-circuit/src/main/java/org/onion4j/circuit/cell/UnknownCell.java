package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * A cell without a type of its own: its command is unknown, or no longer in use (CREATE, CREATED, AUTHORIZE). Receivers
 * drop it. Spec: tor-spec, "Cell Packet format".
 *
 * @param command any but those of the other types
 * @param body the whole body; 509 bytes if the command has a fixed length, else at most 65535
 */
public record UnknownCell(CellCommand command, Bytes body) implements ChannelMessage {
    public UnknownCell {
        checkArgument(!ChannelMessages.hasType(command), "%s has a type of its own", command);
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(body);
    }
}
