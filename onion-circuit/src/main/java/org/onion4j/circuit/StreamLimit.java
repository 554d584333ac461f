package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How many streams the client of an onion service may have on one circuit, and what happens to one more.
 *
 * @param maxStreams streams at a time, those that wait for an answer included, 1 to {@link #MOST}
 * @param excess what becomes of a stream beyond that
 */
public record StreamLimit(int maxStreams, Excess excess) {
    /** The most that can be allowed: C tor has the same bound. */
    public static final int MOST = 0xffff;

    /** What happens to a stream too many. */
    public enum Excess {
        /** It is refused with reason DONE, as a port that isn't there; the others go on. */
        REFUSE,
        /** The circuit is closed, with all its streams. */
        CLOSE_CIRCUIT
    }

    public StreamLimit {
        checkArgument(maxStreams >= 1 && maxStreams <= MOST, "%s streams", maxStreams);
    }

    /** Refuses what is beyond that many. */
    public static StreamLimit refusing(int maxStreams) {
        return new StreamLimit(maxStreams, Excess.REFUSE);
    }
}
