package org.onion4j.api.internal;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;

/** A service that an engine hosts. Any thread may call; no method blocks. */
public interface HostedService {
    OnionAddress address();

    /** Done when the descriptor has been published for the first time, or exceptionally when the service ends before. */
    CompletableFuture<Void> published();

    /** Who may find the service from now on; nobody else reaches it by the introduction points it will have then. */
    void setClients(ImmutableSet<Bytes> clients);

    /**
     * Ends it: it takes no new clients from now on, and its circuits are closed once they have no streams, at the latest
     * after some time. Done when that is so. Again: at the latest after the shorter time.
     *
     * @param grace zero to close all at once
     */
    CompletableFuture<Void> stop(Duration grace);
}
