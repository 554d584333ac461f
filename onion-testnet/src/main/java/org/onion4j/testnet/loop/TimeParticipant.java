package org.onion4j.testnet.loop;

import java.util.OptionalLong;

/**
 * Something that runs by a {@link NetworkTime}, and that whoever moves the time waits for. Registered by
 * {@link NetworkTime#register}. Any thread may call.
 */
public interface TimeParticipant {
    /** When the next timer of this one is due, by the network's ticker in nanoseconds; empty if there is none. */
    OptionalLong nextDeadlineNanos();

    /**
     * Whether nothing runs here and nothing is waiting to be run now: it will do nothing before its next deadline unless
     * something comes in from elsewhere.
     */
    boolean isIdle();

    /** The time has been moved: what waits for a deadline must look at it again. Must not block. */
    void timeMoved();
}
