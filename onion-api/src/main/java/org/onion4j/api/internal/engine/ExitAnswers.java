package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableSet;
import org.onion4j.circuit.message.EndReason;

/**
 * What exits have said to one wish of the application, and whether another exit may say something better. Spec: tor-spec,
 * "Closing streams"; path-spec, "Attaching streams to circuits"; the count is C tor's.
 *
 * <p>Threading: one thread at a time.
 */
final class ExitAnswers {
    /** Exits who are believed together that they can't find or reach a host. */
    private static final int MAX_HOST_FAILURES = 3;

    /** The host's own word. */
    private static final ImmutableSet<EndReason> OF_THE_HOST =
            ImmutableSet.of(EndReason.CONNECTREFUSED, EndReason.CONNRESET, EndReason.DONE);

    /** As likely the host's fault as the exit's. MISC too: it is what C tor's exits often make of a refused connection. */
    private static final ImmutableSet<EndReason> ABOUT_THE_HOST =
            ImmutableSet.of(EndReason.RESOLVEFAILED, EndReason.NOROUTE, EndReason.TIMEOUT, EndReason.MISC);

    private int hostFailures;

    /** Takes in the reason of an END. Returns whether it is the answer, so that no other exit needs to be asked. */
    boolean areFinalWith(EndReason reason) {
        if (OF_THE_HOST.contains(reason)) {
            return true;
        }
        if (ABOUT_THE_HOST.contains(reason)) {
            hostFailures++;
        }
        return hostFailures >= MAX_HOST_FAILURES;
    }
}
