package org.onion4j.api.internal.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.onion4j.api.OnionServiceEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands an application's listener one event after the other, on an executor. Of those that come while a slow listener has
 * {@value #MAX_WAITING} waiting, the latest are left out. Any thread may tell of events.
 */
public final class EventRelay implements Consumer<OnionServiceEvent> {
    static final int MAX_WAITING = 256;
    private static final Logger log = LoggerFactory.getLogger(EventRelay.class);

    private final Consumer<OnionServiceEvent> listener;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<OnionServiceEvent> events = new ArrayDeque<>();
    private boolean running;

    public EventRelay(Consumer<OnionServiceEvent> listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    @Override
    public void accept(OnionServiceEvent event) {
        lock.lock();
        try {
            if (events.size() >= MAX_WAITING) {
                return;
            }
            events.add(event);
            if (running) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        boolean begun = false;
        try {
            executor.execute(this::tellAll);
            begun = true;
        } finally {
            if (!begun) {
                pause();
            }
        }
    }

    /** What waits is told with the next event. */
    private void pause() {
        lock.lock();
        try {
            running = false;
        } finally {
            lock.unlock();
        }
    }

    private void tellAll() {
        while (true) {
            OnionServiceEvent event;
            lock.lock();
            try {
                event = events.poll();
                if (event == null) {
                    running = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                listener.accept(event);
            } catch (RuntimeException | Error e) {
                log.warn("the application's listener failed", e);
            }
        }
    }
}
