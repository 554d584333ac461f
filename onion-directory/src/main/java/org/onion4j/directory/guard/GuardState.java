package org.onion4j.directory.guard;

import com.google.common.collect.ImmutableList;

/**
 * What is remembered of guards from one run to the next: opaque to all but this package. Immutable. Encoded as text, one
 * line a guard, in the order in which they were sampled.
 */
public final class GuardState {
    /** No guard yet. */
    public static final GuardState EMPTY = new GuardState(ImmutableList.of());

    private final ImmutableList<GuardRecord> guards;

    GuardState(ImmutableList<GuardRecord> guards) {
        this.guards = guards;
    }

    ImmutableList<GuardRecord> guards() {
        return guards;
    }

    /** How many guards there are, over all samples. */
    public int size() {
        return guards.size();
    }

    /** The text to save. */
    public byte[] encode() {
        return GuardStateCodec.encode(this);
    }

    /**
     * Reads saved text.
     *
     * @throws GuardStateException if it is not in order throughout; it holds what could be read
     */
    public static GuardState decode(byte[] text) throws GuardStateException {
        return GuardStateCodec.decode(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GuardState that && guards.equals(that.guards);
    }

    @Override
    public int hashCode() {
        return guards.hashCode();
    }

    /** The number of guards alone: which ones they are must not get into a log. */
    @Override
    public String toString() {
        return "GuardState of " + guards.size();
    }
}
