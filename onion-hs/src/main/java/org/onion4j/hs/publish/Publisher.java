package org.onion4j.hs.publish;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps the descriptors of one service at the directories that are responsible for them: two at a time, for the time
 * periods of clients whose consensus is older or newer than ours. Each is made anew and uploaded when the content or the
 * responsible directories have changed, when its time period comes, and else after 60 to 120 minutes; over a circuit for
 * each directory, a few at a time. A directory that fails is tried again, later each time. Nothing is uploaded while there
 * are no introduction points. Spec: rend-spec-v3, "When to publish a hidden service descriptor", "Service behavior for
 * uploading descriptors".
 *
 * <p>Threading: any thread; guarded by one lock, under which nothing is waited for and nobody is told.
 */
public final class Publisher implements AutoCloseable {
    /**
     * A publisher, which does nothing before {@link #contentChanged}.
     *
     * @param identity of the service: a copy is made
     * @param state remembers revision counters, if anything does; stays the caller's, and open for longer than this
     * @param listener told what happens; must not block
     */
    public Publisher(
            PublishEnvironment environment,
            ServiceIdentity identity,
            Optional<ServiceState> state,
            PublishedContent content,
            Consumer<PublishEvent> listener) {}

    /**
     * The service's introduction points or clients are others now: both descriptors are made anew and uploaded at once. To be
     * called when the service has as many introduction points as it wants, or can't have more for now. Changes that follow
     * one another quickly are taken together.
     */
    public void contentChanged() {}

    /** The network is another one now: time periods or responsible directories may have changed. */
    public void viewChanged() {}

    /** The device has another network: what failed on the old one is tried again at once. */
    public void networkChanged() {}

    /**
     * Done when clients can find the service for the first time: of the descriptors of both time periods, most responsible
     * directories have taken one, or at least one has and each other one has been tried. Fails with {@link
     * java.util.concurrent.CancellationException} when this is closed first. A copy: whoever cancels it changes nothing.
     */
    public CompletableFuture<Void> published() {
        return new CompletableFuture<>();
    }

    /** Whether at least one directory has the newest descriptor of each of both time periods. */
    public boolean isPublished() {
        return false;
    }

    /** Ends all uploads at once and wipes all keys. What directories have stays there until it expires. */
    @Override
    public void close() {}
}
