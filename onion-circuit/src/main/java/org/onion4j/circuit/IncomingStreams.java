package org.onion4j.circuit;

import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.crypto.bytes.WireFormatException;

/**
 * The streams that the client of an onion service asks for, on the circuit that ends at that client.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class IncomingStreams {
    /** Answers that may wait for room in the channel's queue: a client that asks for more gets none. */
    static final int MAX_WAITING = 4096;

    private final Circuit circuit;
    private final int hop;
    private final StreamAcceptor acceptor;
    private final StreamLimit limit;
    private final StreamTable streams;
    private final RelaySender sender;
    private final AfterUnlock afterUnlock;

    /** Those of the last hop. */
    IncomingStreams(
            Circuit circuit,
            StreamAcceptor acceptor,
            StreamLimit limit,
            StreamTable streams,
            RelaySender sender,
            AfterUnlock afterUnlock) {
        this.circuit = circuit;
        this.hop = circuit.hops().size() - 1;
        this.acceptor = acceptor;
        this.limit = limit;
        this.streams = streams;
        this.sender = sender;
        this.afterUnlock = afterUnlock;
        streams.rememberIncoming(limit.maxStreams());
    }

    /** BEGIN or BEGIN_DIR has come from the client. */
    void onBegin(RelayCommand command, int streamId, byte[] body, int length) throws ProtocolViolation {
        if (streamId == 0) {
            throw new ProtocolViolation(command + " without a stream ID");
        }
        streams.checkFree(streamId);
        if (sender.waitingCount() >= MAX_WAITING) {
            throw new ProtocolViolation("too many requests for streams"); // faster than they can be answered
        }
        circuit.noteTraffic();
        if (command.equals(RelayCommand.BEGIN_DIR)) {
            refuse(streamId, EndReason.NOTDIRECTORY);
            return;
        }
        Begin begin;
        try {
            begin = (Begin) RelayMessage.decode(command, streamId, body, RelayBody.HEADER_LEN, length);
        } catch (WireFormatException e) {
            refuse(streamId, EndReason.TORPROTOCOL);
            return;
        }
        if (streams.liveCount() < limit.maxStreams()) {
            Offer offer = new Offer(begin, streams.newIncoming(hop, streamId));
            afterUnlock.add(() -> tell(offer));
        } else if (limit.excess() == StreamLimit.Excess.REFUSE) {
            refuse(streamId, EndReason.DONE);
        } else {
            circuit.closeLocked(
                    new CircuitException(CircuitException.Kind.CLOSED, "a client opened more streams than it may"),
                    Circuit.Notice.SEND_DESTROY);
        }
    }

    private void refuse(int streamId, EndReason reason) {
        streams.addRefused(hop, streamId);
        sender.sendInTurn(hop, streamId, End.of(reason), () -> {});
    }

    private void tell(Offer offer) {
        try {
            acceptor.onBegin(offer);
        } catch (RuntimeException | Error e) { // the channel's reader calls, and serves everybody
            circuit.channel().bugs().error("the acceptor of a stream failed", e);
            offer.reject(EndReason.INTERNAL);
        }
    }

    /** A stream that waits for an answer, or did. */
    private final class Offer implements IncomingStream {
        private final Begin begin;
        private final DataStream stream;

        Offer(Begin begin, DataStream stream) {
            this.begin = begin;
            this.stream = stream;
        }

        @Override
        public Begin begin() {
            return begin;
        }

        @Override
        public Circuit circuit() {
            return circuit;
        }

        @Override
        public boolean isWaiting() {
            return stream.isWaiting();
        }

        @Override
        public DataStream accept() {
            stream.accept();
            return stream;
        }

        @Override
        public void reject(EndReason reason) {
            stream.reject(reason);
        }
    }
}
