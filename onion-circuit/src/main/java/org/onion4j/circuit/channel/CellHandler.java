package org.onion4j.circuit.channel;

/**
 * What takes the cells of one circuit ID. Every method is called on the channel's reader thread, one at a time, and
 * must neither block nor run code of the application.
 */
public interface CellHandler {
    /**
     * A fixed-length cell for this circuit.
     *
     * @param command the number of the cell's command, 0 to 255
     * @param buffer the channel's buffer: the cell's body of 509 bytes is at {@code offset}, good until this returns
     */
    void onCell(int command, byte[] buffer, int offset);

    /**
     * No further cell has arrived for now: the moment to wake whoever waits for what the last ones brought, once for
     * all of them. Called only after {@link #onCell}.
     */
    void onBatchEnd();

    /** The channel is closed; nothing follows. */
    void onChannelClosed(ChannelException cause);
}
