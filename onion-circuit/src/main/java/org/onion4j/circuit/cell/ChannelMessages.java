package org.onion4j.circuit.cell;

import com.google.common.collect.ImmutableMap;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;

/** The decoder of each command. */
final class ChannelMessages {
    private interface Decoder {
        ChannelMessage decode(WireReader in) throws WireFormatException;
    }

    private static final ImmutableMap<CellCommand, Decoder> DECODERS = ImmutableMap.<CellCommand, Decoder>builder()
            .put(CellCommand.PADDING, in -> new Padding())
            .put(CellCommand.RELAY, RelayCell::decode)
            .put(CellCommand.DESTROY, Destroy::decode)
            .put(CellCommand.CREATE_FAST, CreateFast::decode)
            .put(CellCommand.CREATED_FAST, CreatedFast::decode)
            .put(CellCommand.VERSIONS, Versions::decode)
            .put(CellCommand.NETINFO, Netinfo::decode)
            .put(CellCommand.RELAY_EARLY, RelayEarlyCell::decode)
            .put(CellCommand.CREATE2, Create2::decode)
            .put(CellCommand.CREATED2, Created2::decode)
            .put(CellCommand.PADDING_NEGOTIATE, PaddingNegotiate::decode)
            .put(CellCommand.VPADDING, Vpadding::decode)
            .put(CellCommand.CERTS, Certs::decode)
            .put(CellCommand.AUTH_CHALLENGE, AuthChallenge::decode)
            .put(CellCommand.AUTHENTICATE, Authenticate::decode)
            .buildOrThrow();

    private ChannelMessages() {}

    static ChannelMessage decode(CellCommand command, WireReader in) throws WireFormatException {
        Decoder decoder = DECODERS.get(command);
        return decoder == null ? new UnknownCell(command, in.rest()) : decoder.decode(in);
    }

    /** Whether a command has a type of its own, thus is not an {@link UnknownCell}. */
    static boolean hasType(CellCommand command) {
        return DECODERS.containsKey(command);
    }
}
