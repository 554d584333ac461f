package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.internal.Engine.Registration;

/**
 * How far the client has come, and who wants to know. Never goes back to an earlier phase but when a client that was
 * ready has lost the network.
 *
 * <p>Threading: any thread; listeners are called without the lock, in the order of the changes.
 */
final class ProgressBoard {
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock telling = new ReentrantLock(true); // taken before the other one
    private final List<Consumer<BootstrapProgress>> listeners = new ArrayList<>();
    private BootstrapProgress current = BootstrapProgress.NOT_STARTED;

    BootstrapProgress current() {
        lock.lock();
        try {
            return current;
        } finally {
            lock.unlock();
        }
    }

    Registration register(Consumer<BootstrapProgress> listener) {
        lock.lock();
        try {
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        return () -> {
            lock.lock();
            try {
                listeners.remove(listener);
            } finally {
                lock.unlock();
            }
        };
    }

    /** The client goes on, or finds out what blocks it. What is behind the current state is not told. */
    void advance(BootstrapPhase phase, double fraction, Optional<String> blockedBy) {
        change(now -> {
            boolean behind = phase.compareTo(now.phase()) < 0 || (phase == now.phase() && fraction < now.fraction());
            return behind
                    ? new BootstrapProgress(now.phase(), now.fraction(), blockedBy)
                    : new BootstrapProgress(phase, fraction, blockedBy);
        });
    }

    /** What blocks the client in a phase, or that nothing does any more; no effect once it is in another one. */
    void blocked(BootstrapPhase phase, Optional<String> blockedBy) {
        change(now -> phase == now.phase() ? new BootstrapProgress(phase, now.fraction(), blockedBy) : now);
    }

    private void change(UnaryOperator<BootstrapProgress> step) {
        telling.lock();
        try {
            BootstrapProgress next;
            ImmutableList<Consumer<BootstrapProgress>> all;
            lock.lock();
            try {
                next = step.apply(current);
                if (next.equals(current)) {
                    return;
                }
                current = next;
                all = ImmutableList.copyOf(listeners);
            } finally {
                lock.unlock();
            }
            all.forEach(listener -> listener.accept(next));
        } finally {
            telling.unlock();
        }
    }

    /** The client has lost the network: it begins again with what it has. */
    void fallBack(BootstrapPhase phase, double fraction, Optional<String> blockedBy) {
        lock.lock();
        try {
            current = BootstrapProgress.NOT_STARTED;
        } finally {
            lock.unlock();
        }
        advance(phase, fraction, blockedBy);
    }
}
