package org.onion4j.hs.client;

import java.time.Duration;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;

/**
 * What to do where our own link fails: no relay hears of such a try, and guards that have all died are replaced after some
 * 20 seconds and a few tries each, so it is worth one each second for a while. Static methods: any thread.
 */
final class OwnLink {
    /** Before the next try. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    /** Tries for one thing. */
    static final int MAX_FAILURES = 40;

    private OwnLink() {}

    /** Whether a circuit failed for there being no link to its guard, or for the end of that. */
    static boolean isCauseOf(Throwable failure) {
        return failure instanceof ChannelException
                || (failure instanceof CircuitException circuit && circuit.kind() == CircuitException.Kind.CHANNEL);
    }
}
