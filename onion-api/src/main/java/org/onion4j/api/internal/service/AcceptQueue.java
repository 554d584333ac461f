package org.onion4j.api.internal.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceStream;

/**
 * Streams that wait to be accepted, and those who wait for a stream; at most one of both. Any thread; futures are done after
 * the lock has been released.
 */
public final class AcceptQueue {
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<OnionServiceStream> streams = new ArrayDeque<>();
    private final Deque<CompletableFuture<OnionServiceStream>> waiting = new ArrayDeque<>();
    private Optional<OnionException> closed = Optional.empty();

    /** @param bound how many streams may wait */
    public AcceptQueue(int bound) {
        this.bound = bound;
    }

    /**
     * Whether a stream that comes now from a client would be taken, for all that this thread knows. Without room, the latest
     * one of the client that has most is closed if the other still has fewer then.
     */
    boolean hasRoom(Object client) {
        Optional<OnionServiceStream> closing = Optional.empty();
        lock.lock();
        try {
            if (closed.isPresent()) {
                return false;
            }
            if (streams.size() >= bound) {
                closing = takeFromGreediest(client);
                return closing.isPresent();
            }
            return true;
        } finally {
            lock.unlock();
            closing.ifPresent(OnionServiceStream::close);
        }
    }

    private Optional<OnionServiceStream> takeFromGreediest(Object client) {
        Map<Object, Integer> counts = new HashMap<>();
        streams.forEach(stream -> counts.merge(clientOf(stream), 1, Integer::sum));
        Object greediest = client;
        for (Map.Entry<Object, Integer> one : counts.entrySet()) {
            greediest = one.getValue() > counts.getOrDefault(greediest, 0) ? one.getKey() : greediest;
        }
        if (counts.getOrDefault(greediest, 0) < counts.getOrDefault(client, 0) + 2) {
            return Optional.empty();
        }
        for (Iterator<OnionServiceStream> latest = streams.descendingIterator(); latest.hasNext(); ) {
            OnionServiceStream stream = latest.next();
            if (clientOf(stream).equals(greediest)) {
                latest.remove();
                return Optional.of(stream);
            }
        }
        return Optional.empty();
    }

    private static Object clientOf(OnionServiceStream stream) {
        return stream instanceof ServedStream served ? served.client() : stream;
    }

    /** Adds a stream. One that comes too late, or beyond the bound, is closed. */
    void offer(OnionServiceStream stream) {
        if (!put(stream, bound, false)) {
            stream.close();
        }
    }

    /** Puts back a stream that was taken for somebody who no longer wants it: it is the next. */
    public void giveBack(OnionServiceStream stream) {
        if (!put(stream, Integer.MAX_VALUE, true)) {
            stream.close();
        }
    }

    private boolean put(OnionServiceStream stream, int max, boolean first) {
        while (true) {
            CompletableFuture<OnionServiceStream> next;
            lock.lock();
            try {
                if (closed.isPresent()) {
                    return false;
                }
                next = waiting.poll();
                if (next == null) {
                    if (streams.size() >= max) {
                        return false;
                    }
                    if (first) {
                        streams.addFirst(stream);
                    } else {
                        streams.addLast(stream);
                    }
                    return true;
                }
            } finally {
                lock.unlock();
            }
            if (next.complete(stream)) {
                return true;
            }
        }
    }

    /** The next stream. Who no longer wants it cancels the future. */
    public CompletableFuture<OnionServiceStream> take() {
        CompletableFuture<OnionServiceStream> future = new CompletableFuture<>();
        OnionServiceStream stream;
        lock.lock();
        try {
            if (closed.isPresent()) {
                future.completeExceptionally(closed.get());
                return future;
            }
            stream = streams.poll();
            if (stream == null) {
                waiting.removeIf(CompletableFuture::isDone);
                waiting.add(future);
                return future;
            }
        } finally {
            lock.unlock();
        }
        future.complete(stream);
        return future;
    }

    /** Closes what waits, and fails who waits, now and later. Again: no effect. */
    public void close(OnionException why) {
        List<OnionServiceStream> unwanted;
        List<CompletableFuture<OnionServiceStream>> disappointed;
        lock.lock();
        try {
            if (closed.isPresent()) {
                return;
            }
            closed = Optional.of(why);
            unwanted = new ArrayList<>(streams);
            disappointed = new ArrayList<>(waiting);
            streams.clear();
            waiting.clear();
        } finally {
            lock.unlock();
        }
        unwanted.forEach(OnionServiceStream::close);
        disappointed.forEach(future -> future.completeExceptionally(why));
    }
}
