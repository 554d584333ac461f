package org.onion4j.circuit;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.PaddingNegotiated;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Rendezvous2;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.padding.CircuitPadding;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * Takes the layers of encryption off the RELAY cells that arrive, finds the hop that each message is from, and hands it
 * to the stream or to what of the circuit it is for. What may not arrive is a violation of the protocol. Spec: tor-spec,
 * "Relay cells".
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class RelayReceiver {
    /** Messages that nothing forbids but that serve nobody, such as DROP without padding machines, per circuit. */
    private static final int TOLERATED_MESSAGES = 64;

    /** What the circuit does with messages that concern it as a whole. */
    interface Target {
        /** A hop has answered the handshake with the one behind it. */
        void onExtended(Hop hop, Bytes reply) throws ProtocolViolation;

        /** The last hop has passed on what finishes the handshake with an onion service. */
        void onRendezvous(Bytes handshakeInfo) throws ProtocolViolation;

        /** The circuit ends at an earlier hop now. */
        void onTruncated(Truncated message);

        /** DATA has come from the hop for which it must get a SENDME. */
        void sendSendme(Hop hop, Sendme message);
    }

    private final StreamTable streams;
    private final Conversation conversation;
    private final CircuitPadding padding;
    private final Target target;
    private final byte[] even = new byte[ClientHopCrypto.BODY_LEN]; // what decryption turns out, alternating
    private final byte[] odd = new byte[ClientHopCrypto.BODY_LEN];
    private int toleratedLeft = TOLERATED_MESSAGES;
    private boolean ended;
    private IncomingStreams incoming; // null unless the last hop is the client of an onion service

    RelayReceiver(StreamTable streams, Conversation conversation, CircuitPadding padding, Target target) {
        this.streams = streams;
        this.conversation = conversation;
        this.padding = padding;
        this.target = target;
    }

    /** The last hop is the client of an onion service, which may open streams. */
    void join(IncomingStreams streamsOfClient) {
        incoming = streamsOfClient;
    }

    boolean isJoined() {
        return incoming != null;
    }

    boolean hasEnded() {
        return ended;
    }

    /** The body of a RELAY cell, at {@code offset}. */
    void receive(ImmutableList<Hop> hops, byte[] buffer, int offset)
            throws ProtocolViolation, FlowViolationException, WireFormatException {
        byte[] in = buffer;
        int inOffset = offset;
        for (int i = 0; i < hops.size(); i++) {
            byte[] out = (i & 1) == 0 ? even : odd;
            if (hops.get(i).crypto().decryptBackward(in, inOffset, out, 0)) {
                onMessage(hops.get(i), i == hops.size() - 1, out);
                return;
            }
            in = out;
            inOffset = 0;
        }
        throw new ProtocolViolation("a relay cell that no hop recognises");
    }

    /** Forgets what came last: nothing more will. */
    void end() {
        ended = true;
        Arrays.fill(even, (byte) 0);
        Arrays.fill(odd, (byte) 0);
    }

    private void onMessage(Hop hop, boolean last, byte[] body)
            throws ProtocolViolation, FlowViolationException, WireFormatException {
        int command = RelayBody.command(body, 0);
        int streamId = RelayBody.streamId(body, 0);
        int length = RelayBody.length(body, 0);
        if (length > RelayBody.MAX_DATA_LEN) {
            throw new ProtocolViolation("a relay message longer than its cell");
        }
        if (command == RelayCommand.DATA.wire()) {
            boolean sendmeDue = hop.flow().onDataReceived();
            streams.onData(hop.index(), streamId, body, RelayBody.HEADER_LEN, length);
            if (length == 0) {
                tolerate();
            }
            if (sendmeDue && !ended) { // what the stream answered may have failed
                target.sendSendme(hop, Sendme.withTag(Bytes.copyOf(hop.crypto().backwardTag())));
            }
            return;
        }
        if (streamId == 0 && last && onAnswer(RelayCommand.ofWire(command), body, length)) {
            return;
        }
        if (last && incoming != null && onRequest(RelayCommand.ofWire(command), streamId, body, length)) {
            return;
        }
        onOther(hop, RelayCommand.ofWire(command), streamId, body, length);
    }

    /** @return whether it is one of the requests that the client of an onion service may make */
    private boolean onRequest(RelayCommand command, int streamId, byte[] body, int length) throws ProtocolViolation {
        if (command.equals(RelayCommand.BEGIN) || command.equals(RelayCommand.BEGIN_DIR)) {
            incoming.onBegin(command, streamId, body, length);
            return true;
        }
        if (command.equals(RelayCommand.RESOLVE)) {
            tolerate(); // nobody answers these, here as in C tor
            return true;
        }
        return false;
    }

    /** @return whether it is one of the answers that may come to whoever deals with onion services */
    private boolean onAnswer(RelayCommand command, byte[] body, int length)
            throws ProtocolViolation, WireFormatException {
        if (!conversation.mayCome(command) && !command.equals(RelayCommand.RENDEZVOUS2)) {
            return false;
        }
        RelayMessage message = RelayMessage.decode(command, 0, body, RelayBody.HEADER_LEN, length);
        if (message instanceof Rendezvous2 rendezvous) {
            target.onRendezvous(rendezvous.handshakeInfo());
        } else {
            conversation.onMessage(message);
        }
        return true;
    }

    private void onOther(Hop hop, RelayCommand command, int streamId, byte[] body, int length)
            throws ProtocolViolation, FlowViolationException, WireFormatException {
        if (!command.isKnown() || command.equals(RelayCommand.DROP)) {
            if (!command.equals(RelayCommand.DROP) || !padding.takeDrop(hop.index())) {
                tolerate();
            }
            return;
        }
        if (command.equals(RelayCommand.PADDING_NEGOTIATED) && streamId == 0 && padding.mayAnswer(hop.index())) {
            RelayMessage message = RelayMessage.decode(command, 0, body, RelayBody.HEADER_LEN, length);
            if (!padding.take((PaddingNegotiated) message)) {
                throw new ProtocolViolation("PADDING_NEGOTIATED that answers nothing");
            }
            return;
        }
        if (!InboundRules.mayArrive(command, streamId)) {
            throw new ProtocolViolation(command + " towards the client");
        }
        RelayMessage message = command.equals(RelayCommand.CONNECTED) && streams.isDirectory(streamId)
                ? Connected.withoutAddress()
                : RelayMessage.decode(command, streamId, body, RelayBody.HEADER_LEN, length);
        if (streamId != 0) {
            streams.onMessage(hop.index(), streamId, message);
        } else if (message instanceof Sendme sendme) {
            onSendme(hop, sendme);
        } else if (message instanceof Extended2 extended) {
            target.onExtended(hop, extended.data());
        } else if (message instanceof Truncated truncated) {
            target.onTruncated(truncated);
        } else {
            throw new IllegalStateException("unexpected here: " + message.command());
        }
    }

    private void onSendme(Hop hop, Sendme sendme) throws ProtocolViolation, FlowViolationException {
        if (!sendme.tag().isPresent()) {
            throw new ProtocolViolation("a circuit-level SENDME without a tag");
        }
        hop.flow().onSendme(sendme.tag().get().toArray());
        streams.onCircuitWindow(hop.index());
    }

    private void tolerate() throws ProtocolViolation {
        toleratedLeft--;
        if (toleratedLeft < 0) {
            throw new ProtocolViolation("too many messages that serve nobody");
        }
    }
}
