package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;

/**
 * Why a stream ended, in END messages. Spec: tor-spec, "Closing streams". Equal where the number is equal. Numbers other
 * than the constants are unknown, whoever sends them; programs treat them like {@link #MISC}. A client sends
 * {@link #MISC} alone.
 *
 * @param wire the number on the wire, 0 to 255
 */
@Immutable
public record EndReason(int wire) {
    /** Anything not listed. */
    public static final EndReason MISC = new EndReason(1);
    /** The name could not be looked up. */
    public static final EndReason RESOLVEFAILED = new EndReason(2);

    public static final EndReason CONNECTREFUSED = new EndReason(3);
    /** The relay won't connect to this address or port. */
    public static final EndReason EXITPOLICY = new EndReason(4);
    /** The circuit is going. */
    public static final EndReason DESTROY = new EndReason(5);
    /** The connection was closed in the ordinary way. */
    public static final EndReason DONE = new EndReason(6);

    public static final EndReason TIMEOUT = new EndReason(7);
    /** No route to the destination. */
    public static final EndReason NOROUTE = new EndReason(8);
    /** The relay saves its bandwidth for later. */
    public static final EndReason HIBERNATING = new EndReason(9);
    /** An error inside the relay. */
    public static final EndReason INTERNAL = new EndReason(10);
    /** The relay has no resources left. */
    public static final EndReason RESOURCELIMIT = new EndReason(11);

    public static final EndReason CONNRESET = new EndReason(12);
    /** A violation of the protocol. */
    public static final EndReason TORPROTOCOL = new EndReason(13);
    /** BEGIN_DIR to a relay that is no directory. */
    public static final EndReason NOTDIRECTORY = new EndReason(14);

    private static final ImmutableList<String> NAMES = ImmutableList.of( // by number, from 1
            "MISC",
            "RESOLVEFAILED",
            "CONNECTREFUSED",
            "EXITPOLICY",
            "DESTROY",
            "DONE",
            "TIMEOUT",
            "NOROUTE",
            "HIBERNATING",
            "INTERNAL",
            "RESOURCELIMIT",
            "CONNRESET",
            "TORPROTOCOL",
            "NOTDIRECTORY");

    public EndReason {
        checkArgument(wire >= 0 && wire <= 0xff, "reason %s", wire);
    }

    /** The reason of a number from 0 to 255, whether or not it has a name. */
    public static EndReason ofWire(int wire) {
        return new EndReason(wire);
    }

    /** Whether the specification names this number. */
    public boolean isKnown() {
        return wire >= 1 && wire <= NAMES.size();
    }

    /** The specification's name, or the number. */
    @Override
    public String toString() {
        return isKnown() ? NAMES.get(wire - 1) : "reason " + wire;
    }
}
