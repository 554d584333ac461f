package org.onion4j.circuit.message;

import com.google.common.collect.ImmutableMap;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;

/** The decoder of each command. */
final class RelayMessages {
    private interface Decoder {
        RelayMessage decode(WireReader in, int streamId) throws WireFormatException;
    }

    private static final ImmutableMap<RelayCommand, Decoder> DECODERS = ImmutableMap.<RelayCommand, Decoder>builder()
            .put(RelayCommand.BEGIN, (in, id) -> Begin.decode(in))
            .put(RelayCommand.DATA, (in, id) -> Data.decode(in))
            .put(RelayCommand.END, (in, id) -> End.decode(in))
            .put(RelayCommand.CONNECTED, (in, id) -> Connected.decode(in))
            .put(RelayCommand.SENDME, Sendme::decode)
            .put(RelayCommand.TRUNCATE, (in, id) -> Truncate.decode(in))
            .put(RelayCommand.TRUNCATED, (in, id) -> Truncated.decode(in))
            .put(RelayCommand.DROP, (in, id) -> new Drop())
            .put(RelayCommand.RESOLVE, (in, id) -> Resolve.decode(in))
            .put(RelayCommand.RESOLVED, (in, id) -> Resolved.decode(in))
            .put(RelayCommand.BEGIN_DIR, (in, id) -> new BeginDir())
            .put(RelayCommand.EXTEND2, (in, id) -> Extend2.decode(in))
            .put(RelayCommand.EXTENDED2, (in, id) -> Extended2.decode(in))
            .put(RelayCommand.ESTABLISH_INTRO, (in, id) -> EstablishIntro.decode(in))
            .put(RelayCommand.ESTABLISH_RENDEZVOUS, (in, id) -> EstablishRendezvous.decode(in))
            .put(RelayCommand.INTRODUCE1, (in, id) -> Introduce1.decode(in))
            .put(RelayCommand.INTRODUCE2, (in, id) -> Introduce2.decode(in))
            .put(RelayCommand.RENDEZVOUS1, (in, id) -> Rendezvous1.decode(in))
            .put(RelayCommand.RENDEZVOUS2, (in, id) -> Rendezvous2.decode(in))
            .put(RelayCommand.INTRO_ESTABLISHED, (in, id) -> IntroEstablished.decode(in))
            .put(RelayCommand.RENDEZVOUS_ESTABLISHED, (in, id) -> new RendezvousEstablished())
            .put(RelayCommand.INTRODUCE_ACK, (in, id) -> IntroduceAck.decode(in))
            .put(RelayCommand.PADDING_NEGOTIATE, (in, id) -> PaddingNegotiate.decode(in))
            .put(RelayCommand.PADDING_NEGOTIATED, (in, id) -> PaddingNegotiated.decode(in))
            .put(RelayCommand.XOFF, (in, id) -> Xoff.decode(in))
            .put(RelayCommand.XON, (in, id) -> Xon.decode(in))
            .buildOrThrow();

    private RelayMessages() {}

    static RelayMessage decode(RelayCommand command, int streamId, WireReader in) throws WireFormatException {
        Decoder decoder = DECODERS.get(command);
        return decoder == null ? new UnknownMessage(command, in.rest()) : decoder.decode(in, streamId);
    }

    /** Whether a command has a type of its own, thus is not an {@link UnknownMessage}. */
    static boolean hasType(RelayCommand command) {
        return DECODERS.containsKey(command);
    }
}
