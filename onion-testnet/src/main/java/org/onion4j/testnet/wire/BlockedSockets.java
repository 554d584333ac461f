package org.onion4j.testnet.wire;

import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.TimeParticipant;

/**
 * Knows the threads that are blocked in sockets of a net in memory, so that whoever moves the time can wait for those
 * that are about to go on, and wake those whose timeout has passed. Any thread.
 */
final class BlockedSockets implements TimeParticipant {
    /** One thread that is blocked. */
    interface Blocked {
        /** By the network's ticker; Long.MAX_VALUE for none. */
        long deadlineNanos();

        /** Whether what it waits for is there. */
        boolean canGoOn();

        /** Lets it look again. */
        void wake();
    }

    private final NetworkTime time;
    private final Set<Blocked> blocked = ConcurrentHashMap.newKeySet();

    BlockedSockets(NetworkTime time) {
        this.time = time;
        time.register(this);
    }

    NetworkTime time() {
        return time;
    }

    void add(Blocked one) {
        blocked.add(one);
    }

    void remove(Blocked one) {
        time.noteActivity(); // its thread goes on
        blocked.remove(one);
    }

    @Override
    public OptionalLong nextDeadlineNanos() {
        long earliest = Long.MAX_VALUE;
        for (Blocked one : blocked) {
            earliest = Math.min(earliest, one.deadlineNanos());
        }
        return earliest == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(earliest);
    }

    @Override
    public boolean isIdle() {
        long now = time.nanos();
        for (Blocked one : blocked) {
            if (one.canGoOn() || one.deadlineNanos() <= now) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void timeMoved() {
        blocked.forEach(Blocked::wake);
    }

    void close() {
        time.unregister(this);
    }
}
