package org.onion4j.testnet.link;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.cert.RelayIdentities;

/**
 * A link on which the handshake is done: cells in and out. Made by {@link LinkAcceptor} for peers that connect and by
 * {@link LinkDialer} for relays that we connect to.
 *
 * <p>Threading: all calls and callbacks on the loop it was made for.
 */
public interface RelayLink {
    /** From now on the listener gets the cells that arrive; those that came before are kept for it. Once. */
    void start(RelayLinkListener listener);

    /**
     * Queues a cell of fixed length. Never fails; dropped if the link is closed.
     *
     * @param command a number that isn't of a cell of variable length
     * @param body holds 509 bytes from {@code offset} on; they are copied
     */
    void send(int circuitId, int command, byte[] body, int offset);

    /** Queues a cell of variable length, with 0 to 65535 bytes of body, which are copied. */
    void sendVariable(int circuitId, int command, byte[] body, int offset, int length);

    /** Queues any cell past the {@link LinkScript}: for scripts themselves. */
    void inject(LinkCell cell);

    /** How many bytes of cells wait to be sent, roughly; 0 at {@link RelayLinkListener#onDrained}. */
    int queuedBytes();

    /** {@link #queuedBytes} in cells of fixed length. */
    int queuedCells();

    /** Hands over no cells until {@link #resumeReading}: in the end the peer is held up. */
    void pauseReading();

    /** Takes {@link #pauseReading} back. */
    void resumeReading();

    /** Sends what is queued and closes the link in order. The listener hears nothing any more. */
    void close();

    /** Closes the link at once, with nothing more sent. The listener hears nothing any more. */
    void reset();

    /** Whether it has been closed, by either side. */
    boolean isClosed();

    /** Whether this side has made the connection: it then chooses circuit IDs with the highest bit set. */
    boolean isInitiator();

    /** The link protocol, 4 or 5. */
    int version();

    /** Who the peer has proven to be; empty for a client, which does not authenticate. */
    Optional<RelayIdentities> peer();

    /** Where the peer's end of the connection is. */
    InetSocketAddress remote();
}
