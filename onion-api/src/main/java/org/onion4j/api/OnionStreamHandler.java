package org.onion4j.api;

import java.io.IOException;

/** Serves the streams of one port of an onion service. */
@FunctionalInterface
public interface OnionStreamHandler {
    /**
     * Serves one stream. May block: it runs on a thread of the service's, or of the executor that came with it, and many
     * may run at a time. The stream is the handler's to close, now or later; if it throws, the stream is closed for it.
     */
    void handle(OnionServiceStream stream) throws IOException;
}
