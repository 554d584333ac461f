package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;

/**
 * Why a circuit was closed, in DESTROY cells and TRUNCATED messages. Spec: tor-spec, "Tearing down circuits". Equal
 * where the number is equal. A client sends {@link #NONE} alone.
 *
 * @param wire the number on the wire, 0 to 255
 */
@Immutable
public record DestroyReason(int wire) {
    /** No reason given. */
    public static final DestroyReason NONE = new DestroyReason(0);
    /** A violation of the protocol. */
    public static final DestroyReason PROTOCOL = new DestroyReason(1);

    public static final DestroyReason INTERNAL = new DestroyReason(2);
    /** A client sent TRUNCATE. */
    public static final DestroyReason REQUESTED = new DestroyReason(3);
    /** The relay saves its bandwidth for later. */
    public static final DestroyReason HIBERNATING = new DestroyReason(4);
    /** Out of memory, sockets or circuit IDs. */
    public static final DestroyReason RESOURCELIMIT = new DestroyReason(5);
    /** The next relay could not be reached. */
    public static final DestroyReason CONNECTFAILED = new DestroyReason(6);
    /** The next relay had another identity than the one asked for. */
    public static final DestroyReason OR_IDENTITY = new DestroyReason(7);
    /** The channel that carried the circuit is gone. */
    public static final DestroyReason CHANNEL_CLOSED = new DestroyReason(8);
    /** The circuit was dirty or old. */
    public static final DestroyReason FINISHED = new DestroyReason(9);
    /** Building took too long. */
    public static final DestroyReason TIMEOUT = new DestroyReason(10);
    /** A relay further on closed it. */
    public static final DestroyReason DESTROYED = new DestroyReason(11);

    public static final DestroyReason NOSUCHSERVICE = new DestroyReason(12);

    private static final ImmutableList<String> NAMES = ImmutableList.of( // by number
            "NONE",
            "PROTOCOL",
            "INTERNAL",
            "REQUESTED",
            "HIBERNATING",
            "RESOURCELIMIT",
            "CONNECTFAILED",
            "OR_IDENTITY",
            "CHANNEL_CLOSED",
            "FINISHED",
            "TIMEOUT",
            "DESTROYED",
            "NOSUCHSERVICE");

    public DestroyReason {
        checkArgument(wire >= 0 && wire <= 0xff, "reason %s", wire);
    }

    /** The reason of a number from 0 to 255, whether or not it has a name. */
    public static DestroyReason ofWire(int wire) {
        return new DestroyReason(wire);
    }

    /** Whether the specification names this number. */
    public boolean isKnown() {
        return wire < NAMES.size();
    }

    /** The specification's name, or the number. */
    @Override
    public String toString() {
        return isKnown() ? NAMES.get(wire) : "reason " + wire;
    }
}
