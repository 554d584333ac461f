package org.onion4j.testnet;

import java.io.IOException;

/**
 * The server behind a destination that {@link TestNetwork#serve} has registered. Called once for each connection, on a
 * thread of the network's pool, several at a time; it may block.
 */
@FunctionalInterface
public interface DestinationHandler {
    /**
     * Serves one connection, which is closed when this returns or throws.
     *
     * @throws IOException if the connection fails; the client then sees it reset
     */
    void handle(DestinationConnection connection) throws IOException;
}
