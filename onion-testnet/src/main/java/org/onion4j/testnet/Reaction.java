package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;

/**
 * What a hostile relay does with a cell or message that comes by: lets it pass, drops it, or replaces what is in it; and what
 * it sends besides. Immutable: any thread.
 */
public final class Reaction {
    /** What becomes of the cell or message itself. */
    enum Fate {
        PASS,
        DROP,
        REPLACE
    }

    /** Something to send; {@code delay} is empty for before the message itself. */
    record Extra(Optional<Duration> delay, Forgery forgery) {}

    private static final Reaction PASS = new Reaction(Fate.PASS, new byte[0], ImmutableList.of());
    private static final Reaction DROP = new Reaction(Fate.DROP, new byte[0], ImmutableList.of());

    private final Fate fate;
    private final byte[] data;
    private final ImmutableList<Extra> extras;

    private Reaction(Fate fate, byte[] data, ImmutableList<Extra> extras) {
        this.fate = fate;
        this.data = data;
        this.extras = extras;
    }

    /** The relay goes on with it as an honest one does. */
    public static Reaction pass() {
        return PASS;
    }

    /** It gets lost. A DESTROY that gets lost leaves the rest of the circuit open. */
    public static Reaction drop() {
        return DROP;
    }

    /**
     * It goes on with other content, and under the same command.
     *
     * @param data 509 bytes for a cell, up to 498 for a message; a DESTROY has nothing to replace
     */
    public static Reaction replace(byte[] data) {
        checkNotNull(data, "data");
        return new Reaction(Fate.REPLACE, data.clone(), ImmutableList.of());
    }

    /** And sends these before. */
    public Reaction before(Forgery... more) {
        return with(Optional.empty(), more);
    }

    /** And sends these right after. */
    public Reaction after(Forgery... more) {
        return with(Optional.of(Duration.ZERO), more);
    }

    /**
     * And sends these later, by the network's time.
     *
     * @throws IllegalArgumentException if the delay is negative or more than a hundred years
     */
    public Reaction after(Duration delay, Forgery... more) {
        return with(Optional.of(Checks.duration(delay, "delay")), more);
    }

    private Reaction with(Optional<Duration> delay, Forgery... more) {
        ImmutableList.Builder<Extra> all = ImmutableList.<Extra>builder().addAll(extras);
        for (Forgery one : more) {
            all.add(new Extra(delay, checkNotNull(one, "forgery")));
        }
        return new Reaction(fate, data, all.build());
    }

    Fate fate() {
        return fate;
    }

    /** Not a copy. */
    byte[] data() {
        return data;
    }

    ImmutableList<Extra> extras() {
        return extras;
    }

    @Override
    public String toString() {
        return fate + (extras.isEmpty() ? "" : " and " + extras.size() + " more");
    }
}
