package org.onion4j.testnet.wire;

/** Hears what happens on a {@link Wire}, on the loop of the wire's owner. */
public interface WireListener {
    /** Bytes have arrived, at least one; the array is the wire's again after this call. */
    void onBytes(byte[] bytes, int offset, int length);

    /** All that was written has gone to the peer. */
    void onDrained();

    /**
     * Nothing will arrive any more. Called once, and not after {@link Wire#close} or {@link Wire#reset}.
     *
     * @param causeOrNull null if the peer has ended its output in order: what is written is still delivered if it reads,
     *     and the owner is to close the wire; otherwise the wire is lost, nothing gets through any more
     */
    void onClosed(Throwable causeOrNull);
}
