package org.onion4j.testnet.wire;

import java.io.IOException;

/** Hears how a connection attempt went, on the loop it was made for; one of the two, once. */
public interface WireConnected {
    /** The wire is there; {@link Wire#start} is to be called during this call or later. */
    void onConnected(Wire wire);

    /** There is none: refused, unreachable, or given up by a fault. */
    void onFailed(IOException cause);
}
