package org.onion4j.testnet.link;

/** Hears what happens on a {@link RelayLink}, on its loop. */
public interface RelayLinkListener {
    /**
     * A cell has arrived. Cells that concern the link alone (PADDING, VPADDING, a second NETINFO, PADDING_NEGOTIATE) are
     * handed over too; what belongs only into the handshake closes the link.
     *
     * @param body 509 bytes, or what a cell of variable length has; the array is the link's again after this call
     */
    void onCell(RelayLink link, int circuitId, int command, byte[] body, int offset, int length);

    /** All cells have gone to the peer. */
    void onDrained(RelayLink link);

    /**
     * The link has ended, once; not called after our own {@link RelayLink#close} or {@link RelayLink#reset}.
     *
     * @param causeOrNull null if the peer has closed it in order
     */
    void onClosed(RelayLink link, Throwable causeOrNull);
}
