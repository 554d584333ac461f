package org.onion4j.directory.supply;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets so many circuits for onion services be built at once; the others wait for their turn. Each lane has a number of
 * its own: strangers decide how many rendezvous points a service goes to and how long these take, and are not to hold up
 * its introduction points and descriptors, nor what the application itself asks for.
 *
 * <p>Threading: any thread. What is begun is begun without the lock, which is held for no longer than a queue takes.
 */
final class BuildTurns {
    /** What a circuit is for, as far as turns go. */
    enum Lane {
        /** What keeps our own services reachable. */
        UPKEEP(32),
        /** What the application asks for; as many as C tor's clients. */
        CLIENT(32),
        /** To the rendezvous points that clients of our services name. */
        RENDEZVOUS(256);

        private final int atOnce;

        Lane(int atOnce) {
            this.atOnce = atOnce;
        }

        int atOnce() {
            return atOnce;
        }

        static Lane of(OnionPurpose purpose) {
            return switch (purpose) {
                case CLIENT_RENDEZVOUS, CLIENT_INTRODUCTION, CLIENT_DIRECTORY -> CLIENT;
                case SERVICE_INTRODUCTION, SERVICE_DIRECTORY -> UPKEEP;
                case SERVICE_RENDEZVOUS -> RENDEZVOUS;
            };
        }
    }

    /** A circuit that is wanted. */
    private record Turn(CompletableFuture<?> result, Runnable begin) {}

    /** One lane; both under the lock. */
    private static final class Line {
        private final Queue<Turn> waiting = new ArrayDeque<>();
        private int building;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Lane, Line> lines = new EnumMap<>(Lane.class);

    BuildTurns() {
        for (Lane lane : Lane.values()) {
            lines.put(lane, new Line());
        }
    }

    /**
     * Has a circuit begun when it is its turn, now or later; not at all if the result is there before.
     *
     * @param result ends the turn, whatever it is; gets what the beginning throws
     * @param begin begins to build; waits for nothing
     */
    void add(Lane lane, CompletableFuture<?> result, Runnable begin) {
        lock.lock();
        try {
            lines.get(lane).waiting.add(new Turn(result, begin));
        } finally {
            lock.unlock();
        }
        beginNext(lane);
    }

    /** Begins as many of those that wait as may be begun now. */
    private void beginNext(Lane lane) {
        while (true) {
            Turn turn;
            lock.lock();
            try {
                Line line = lines.get(lane);
                turn = line.building < lane.atOnce() ? line.waiting.poll() : null;
                if (turn == null) {
                    return;
                }
                line.building++;
            } finally {
                lock.unlock();
            }
            if (!turn.result().isDone()) {
                begin(turn);
            }
            if (turn.result().isDone()) {
                onEnd(lane); // here, or those that fail at once would be begun one within the other
            } else {
                turn.result().whenComplete((circuit, failure) -> {
                    onEnd(lane);
                    beginNext(lane);
                });
            }
        }
    }

    /** Whatever happens there, memory that has run out among it, the place is given back. */
    private static void begin(Turn turn) {
        try {
            turn.begin().run();
        } catch (RuntimeException | Error e) {
            turn.result().completeExceptionally(e);
        }
    }

    private void onEnd(Lane lane) {
        lock.lock();
        try {
            lines.get(lane).building--;
        } finally {
            lock.unlock();
        }
    }
}
