package org.onion4j.testnet.link;

import java.net.InetSocketAddress;

/** Gives each link of a relay its script. On the link's loop. */
public interface LinkScripts {
    /** Honest links alone. */
    LinkScripts HONEST = (initiator, remote) -> LinkScript.HONEST;

    /**
     * The script of a new link.
     *
     * @param initiator whether this side has made the connection
     * @param remote the other end
     */
    LinkScript forLink(boolean initiator, InetSocketAddress remote);
}
