package org.onion4j.testnet.link;

import org.onion4j.circuit.cell.ChannelMessage;

/** One side's part of the link handshake. On the link's loop. */
interface LinkHandshake {
    /** TLS is there. */
    void begin();

    /** The versions have been agreed on. */
    void onVersion();

    /**
     * A cell has arrived that isn't padding.
     *
     * @throws LinkException if it is out of place or proves something wrong
     */
    void onMessage(ChannelMessage message) throws LinkException;
}
