package org.onion4j.circuit.flow;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.onion4j.crypto.primitive.ConstantTime;

/**
 * The windows of the original flow control: a circuit window of 1000 messages (or what the consensus says) that moves
 * by 100, and stream windows of 500 that move by 50, with authenticated SENDMEs on the circuit. Spec: tor-spec,
 * "Circuit-level flow control", "SENDME message format", "Stream-level flow control".
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
public final class FixedWindowFlow implements HopFlow {
    /** Messages that one circuit-level SENDME acknowledges. */
    public static final int CIRCUIT_INCREMENT = 100;
    /** The circuit window where the consensus names no other, in messages; also the largest. */
    public static final int CIRCUIT_WINDOW = 1000;
    /** Messages that one stream-level SENDME acknowledges. */
    public static final int STREAM_INCREMENT = 50;
    /** The stream window at first, in messages; also the largest. */
    public static final int STREAM_WINDOW = 500;

    /**
     * Messages that may wait for a stream's reader or be on their way to it: half a window more than one, so that a
     * reader which keeps up never holds a grant back until it has had the processor.
     */
    private static final int BUFFERED_MESSAGES = STREAM_WINDOW + STREAM_WINDOW / 2;

    /** Bytes of the largest DATA message. */
    private static final int MAX_DATA_LEN = 498;

    private final int initialWindow;
    private int sendWindow; // messages that may be reserved
    private int sent; // since the last message whose tag was kept
    private int deliverWindow = CIRCUIT_WINDOW; // messages that the hop may still send
    private final ArrayDeque<byte[]> expected = new ArrayDeque<>(CIRCUIT_WINDOW / CIRCUIT_INCREMENT);

    /** @param circuitWindow the consensus parameter circwindow, 100 to 1000 */
    public FixedWindowFlow(int circuitWindow) {
        checkArgument(circuitWindow >= CIRCUIT_INCREMENT && circuitWindow <= CIRCUIT_WINDOW);
        this.initialWindow = circuitWindow;
        this.sendWindow = circuitWindow;
    }

    @Override
    public boolean canReserve() {
        return sendWindow > 0;
    }

    @Override
    public void reserve() {
        checkState(sendWindow > 0, "no circuit window");
        sendWindow--;
    }

    @Override
    public void unreserve() {
        sendWindow++;
    }

    @Override
    public boolean onDataSent() {
        sent++;
        if (sent < CIRCUIT_INCREMENT) {
            return false;
        }
        sent = 0;
        return true;
    }

    @Override
    public void expectSendme(byte[] tag) {
        expected.addLast(tag.clone());
    }

    @Override
    public void onSendme(byte[] tag) throws FlowViolationException {
        byte[] due = expected.pollFirst();
        if (due == null) {
            throw new FlowViolationException("a SENDME that was not due");
        }
        if (!ConstantTime.equal(due, tag)) {
            throw new FlowViolationException("a SENDME with a wrong tag");
        }
        Arrays.fill(due, (byte) 0);
        if (sendWindow + CIRCUIT_INCREMENT > initialWindow) {
            throw new FlowViolationException("a SENDME beyond the window");
        }
        sendWindow += CIRCUIT_INCREMENT;
    }

    @Override
    public boolean onDataReceived() throws FlowViolationException {
        if (deliverWindow == 0) {
            throw new FlowViolationException("DATA beyond the circuit window");
        }
        deliverWindow--;
        if (deliverWindow <= CIRCUIT_WINDOW - CIRCUIT_INCREMENT) {
            deliverWindow += CIRCUIT_INCREMENT;
            return true;
        }
        return false;
    }

    @Override
    public StreamFlow newStreamFlow() {
        return new FixedStreamWindows();
    }

    /** The two windows of one stream. */
    private static final class FixedStreamWindows implements StreamFlow {
        private int sendWindow = STREAM_WINDOW;
        private int deliverWindow = STREAM_WINDOW;

        @Override
        public boolean canReserve() {
            return sendWindow > 0;
        }

        @Override
        public void reserve() {
            checkState(sendWindow > 0, "no stream window");
            sendWindow--;
        }

        @Override
        public void unreserve() {
            sendWindow++;
        }

        @Override
        public void onSendme() throws FlowViolationException {
            if (sendWindow + STREAM_INCREMENT > STREAM_WINDOW) {
                throw new FlowViolationException("a stream SENDME beyond the window");
            }
            sendWindow += STREAM_INCREMENT;
        }

        @Override
        public void onDataReceived() throws FlowViolationException {
            if (deliverWindow == 0) {
                throw new FlowViolationException("DATA beyond the stream window");
            }
            deliverWindow--;
        }

        /** Grants more only while all that is granted still fits the buffer, whatever the size of the messages. */
        @Override
        public int sendmesDue(long bufferedBytes) {
            int due = 0;
            while (deliverWindow <= STREAM_WINDOW - STREAM_INCREMENT
                    && bufferedBytes + (long) (deliverWindow + STREAM_INCREMENT) * MAX_DATA_LEN <= maxBufferedBytes()) {
                deliverWindow += STREAM_INCREMENT;
                due++;
            }
            return due;
        }

        @Override
        public boolean sendmePending() {
            return deliverWindow <= STREAM_WINDOW - STREAM_INCREMENT;
        }

        @Override
        public int owedMessages() {
            return deliverWindow;
        }

        @Override
        public int maxBufferedBytes() {
            return BUFFERED_MESSAGES * MAX_DATA_LEN;
        }
    }
}
