package org.onion4j.circuit.channel;

import org.onion4j.circuit.cell.CellCommand;

/** What {@link ChannelPadding} sees of a channel that has been open. Any thread may call. */
interface PaddedLink {
    boolean isOpen();

    /** The link protocol. */
    int version();

    /** Whether a circuit of more than one hop has run over it: links for directory requests alone aren't padded. */
    boolean carriesPaths();

    /** Whether such a circuit has carried a stream. */
    boolean carriesTraffic();

    LinkActivity activity();

    /** Queues a cell of no circuit. */
    void send(CellCommand command, byte[] body);

    /** Ends the link for a failure of ours. */
    void fail(RuntimeException failure);

    /**
     * What has happened on a link so far. Times are by the environment's ticker, in nanoseconds.
     *
     * @param cellsQueued how many cells have been queued for sending
     * @param batchesRead how many times cells have come
     * @param lastWriteNanos when cells were last written
     * @param lastReadNanos when cells last came
     * @param writerWaits whether all that was queued has been handed to TLS
     */
    record LinkActivity(
            long cellsQueued, long batchesRead, long lastWriteNanos, long lastReadNanos, boolean writerWaits) {
        long lastNanos() {
            return lastReadNanos - lastWriteNanos > 0 ? lastReadNanos : lastWriteNanos;
        }
    }
}
