package org.onion4j.directory.fetch;

import java.io.IOException;
import java.time.Duration;

/** Opens streams to directories. Called from the executor's threads, several at a time. */
@FunctionalInterface
public interface DirectoryConnector {
    /**
     * Opens a stream. Blocks until it can be written to.
     *
     * @param timeout when to give up, at the latest
     * @throws IOException if the relay can't be reached, isn't the one it should be, or refuses
     */
    DirectoryConnection connect(DirectorySource source, Duration timeout) throws IOException;
}
