package org.onion4j.testnet.link;

import java.io.IOException;

/** Hears how the making of a link went, on its loop; one of the two, once. */
public interface LinkConnected {
    /** The handshake is done; {@link RelayLink#start} is to be called during this call or later. */
    void onLink(RelayLink link);

    /** There is no link. */
    void onFailed(IOException cause);
}
