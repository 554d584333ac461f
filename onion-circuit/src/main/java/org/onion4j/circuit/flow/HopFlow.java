package org.onion4j.circuit.flow;

/**
 * Flow control between the client and one hop, over all streams that end there. One is chosen for each hop at its
 * handshake. Only DATA messages count.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
public interface HopFlow {
    /** Whether one more DATA message may be sent now, those reserved already counted. */
    boolean canReserve();

    /** Takes room for one DATA message, which must then be sent or given back. */
    void reserve();

    /** Gives back room that {@link #reserve} took and that will not be used. */
    void unreserve();

    /**
     * A DATA message, reserved before, is being encrypted now.
     *
     * @return whether a SENDME will answer this one, so that its tag must be given to {@link #expectSendme}
     */
    boolean onDataSent();

    /** Remembers the tag of a message that a SENDME will acknowledge. */
    void expectSendme(byte[] tag);

    /**
     * A SENDME of this hop arrived.
     *
     * @param tag the tag that it carries
     * @throws FlowViolationException if none was due or the tag is another one
     */
    void onSendme(byte[] tag) throws FlowViolationException;

    /**
     * A DATA message of this hop arrived.
     *
     * @return whether a circuit-level SENDME must answer it, with this message's tag
     * @throws FlowViolationException if the hop sent more than it had been granted
     */
    boolean onDataReceived() throws FlowViolationException;

    /** A stream's flow control under this one. */
    StreamFlow newStreamFlow();
}
