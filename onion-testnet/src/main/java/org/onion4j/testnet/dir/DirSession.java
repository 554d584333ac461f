package org.onion4j.testnet.dir;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;

/**
 * One connection to a directory: takes the bytes of a request, gives those of the answer, and is over. Not for more than
 * one thread: that of its owner's loop, which is the scheduler's too.
 */
public final class DirSession {
    /** What the owner makes of a request. */
    record Outcome(Bytes bytes, DirAnswer.Delivery delivery) {}

    private static final byte[] BAD_REQUEST = DocumentText.bytes("HTTP/1.0 400 Bad request\r\n\r\n");
    private static final int INITIAL_LEN = 1024;

    private final Function<DirRequest, Outcome> handler;
    private final DirReply reply;
    private final Scheduler scheduler;
    private byte[] received = new byte[INITIAL_LEN];
    private int length;
    private Optional<DirRequest.Head> head = Optional.empty();
    private int bodyAt;
    private boolean over; // no more bytes are taken
    private boolean closed; // nobody waits for an answer

    DirSession(Function<DirRequest, Outcome> handler, DirReply reply, Scheduler scheduler) {
        this.handler = handler;
        this.reply = reply;
        this.scheduler = scheduler;
    }

    /** Some bytes of the request; what comes after its end is passed over. The array stays the caller's. */
    public void onBytes(byte[] bytes, int offset, int count) {
        if (over) {
            return;
        }
        int searchFrom = Math.max(0, length - 3);
        int room = DirRequest.MAX_HEADER_LEN + DirRequest.MAX_BODY_LEN - length;
        int taken = Math.min(room, count);
        if (length + taken > received.length) {
            received = Arrays.copyOf(received, Math.max(length + taken, 2 * received.length));
        }
        System.arraycopy(bytes, offset, received, length, taken);
        length += taken;
        if (!head.isPresent() && !readHead(searchFrom)) {
            return;
        }
        int bodyLen = head.get().bodyLen();
        if (length - bodyAt >= bodyLen) {
            over = true;
            Bytes body = Bytes.copyOf(received, bodyAt, bodyLen);
            received = new byte[0];
            answer(handler.apply(head.get().with(body)));
        }
    }

    /** Whether the header is there. */
    private boolean readHead(int searchFrom) {
        int end = endOfHead(searchFrom);
        if (end < 0 && length <= DirRequest.MAX_HEADER_LEN) {
            return false;
        }
        head = end < 0 || end > DirRequest.MAX_HEADER_LEN ? Optional.empty() : DirRequest.head(received, end);
        if (!head.isPresent()) {
            over = true;
            received = new byte[0];
            reply.send(BAD_REQUEST.clone());
            reply.end();
            return false;
        }
        bodyAt = end;
        return true;
    }

    /** Where the empty line behind the header ends; -1 while it isn't there. */
    private int endOfHead(int from) {
        for (int at = from; at < length - 1; at++) {
            if (received[at] == '\n' && received[at + 1] == '\n') {
                return at + 2;
            }
            if (at + 3 < length
                    && received[at] == '\r'
                    && received[at + 1] == '\n'
                    && received[at + 2] == '\r'
                    && received[at + 3] == '\n') {
                return at + 4;
            }
        }
        return -1;
    }

    private void answer(Outcome outcome) {
        DirAnswer.Delivery delivery = outcome.delivery();
        if (delivery.silent()) {
            return;
        }
        byte[] bytes = outcome.bytes().toArray();
        int end = Math.min(bytes.length, delivery.cutAfter().orElse(Integer.MAX_VALUE));
        sendPiece(bytes, 0, end, delivery);
    }

    private void sendPiece(byte[] bytes, int from, int end, DirAnswer.Delivery delivery) {
        int to = (int) Math.min(end, (long) from + delivery.pieceLen());
        if (to > from) {
            reply.send(Arrays.copyOfRange(bytes, from, to));
        }
        if (to == end) {
            reply.end();
            return;
        }
        Duration pause = delivery.pause();
        scheduler.schedule(() -> sendPieceUnlessClosed(bytes, to, end, delivery), pause);
    }

    private void sendPieceUnlessClosed(byte[] bytes, int from, int end, DirAnswer.Delivery delivery) {
        if (!closed) {
            sendPiece(bytes, from, end, delivery);
        }
    }

    /** The client has gone. */
    public void onClosed() {
        over = true;
        closed = true;
        received = new byte[0];
    }
}
