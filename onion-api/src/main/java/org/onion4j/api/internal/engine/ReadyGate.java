package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.OnionException;
import org.onion4j.api.TooManyRequestsException;

/**
 * Where requests wait until the client is in the network. What keeps it out, so that only the user can help, fails those
 * who wait and those who come, as long as it lasts.
 *
 * <p>Threading: any thread; nobody is told anything under the lock.
 */
final class ReadyGate {
    /** Requests that may wait. */
    static final int MAX_WAITING = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private boolean open;
    private Optional<OnionException> hopeless = Optional.empty();
    private Optional<OnionException> shut = Optional.empty();

    boolean isOpen() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Done when the client is in the network: a future of the caller's own. */
    CompletableFuture<Void> await() {
        CompletableFuture<Void> one = new CompletableFuture<>();
        lock.lock();
        try {
            if (shut.isPresent()) {
                one.completeExceptionally(shut.get());
            } else if (open) {
                one.complete(null);
            } else if (hopeless.isPresent()) {
                one.completeExceptionally(hopeless.get());
            } else {
                waiting.removeIf(CompletableFuture::isDone);
                if (waiting.size() < MAX_WAITING) {
                    waiting.add(one);
                } else {
                    one.completeExceptionally(
                            new TooManyRequestsException("too many requests wait for the network", null));
                }
            }
        } finally {
            lock.unlock();
        }
        return one;
    }

    void open() {
        lock.lock();
        try {
            open = true;
            hopeless = Optional.empty();
        } finally {
            lock.unlock();
        }
        take().forEach(one -> one.complete(null));
    }

    /** The network is lost: who comes now waits. */
    void close() {
        lock.lock();
        try {
            open = false;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody needs to wait until {@link #hopeAgain} is called, or the client is in the network after all. */
    void fail(OnionException why) {
        lock.lock();
        try {
            if (!open) {
                hopeless = Optional.of(why);
            }
        } finally {
            lock.unlock();
        }
        take().forEach(one -> one.completeExceptionally(why));
    }

    /** What kept the client out is gone, as far as one can tell: who comes now waits. */
    void hopeAgain() {
        lock.lock();
        try {
            hopeless = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether who comes now would be failed at once, though the client is not closed. */
    boolean isHopeless() {
        lock.lock();
        try {
            return hopeless.isPresent() && !shut.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will ever get in again. */
    void shut(OnionException why) {
        lock.lock();
        try {
            shut = Optional.of(why);
        } finally {
            lock.unlock();
        }
        fail(why);
    }

    private ImmutableList<CompletableFuture<Void>> take() {
        lock.lock();
        try {
            ImmutableList<CompletableFuture<Void>> all = ImmutableList.copyOf(waiting);
            waiting.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
