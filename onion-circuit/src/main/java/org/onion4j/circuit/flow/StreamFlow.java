package org.onion4j.circuit.flow;

/**
 * Flow control of one stream.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
public interface StreamFlow {
    /** Whether one more DATA message may be sent now, those reserved already counted. */
    boolean canReserve();

    /** Takes room for one DATA message. */
    void reserve();

    /** Gives back room that {@link #reserve} took and that will not be used. */
    void unreserve();

    /**
     * A stream-level SENDME arrived.
     *
     * @throws FlowViolationException if none was due
     */
    void onSendme() throws FlowViolationException;

    /**
     * A DATA message arrived.
     *
     * @throws FlowViolationException if the peer sent more than it had been granted
     */
    void onDataReceived() throws FlowViolationException;

    /**
     * How many stream-level SENDMEs are due now that {@code bufferedBytes} bytes wait for the application; they count
     * as sent.
     */
    int sendmesDue(long bufferedBytes);

    /** Whether a stream-level SENDME will be due once the application has read what waits. */
    boolean sendmePending();

    /** The most DATA messages that the peer may still send without another grant. */
    int owedMessages();

    /** The most bytes that can ever wait for the application. */
    int maxBufferedBytes();
}
