package org.onion4j.directory.path;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.directory.view.Relay;

/**
 * What a path is wanted for. Immutable; the {@code with...} methods give changed copies.
 *
 * <p>Relays are Fast ones, and Stable ones too if {@link #stable} is asked for, as long as the network has such.
 */
public final class PathRequest {
    /** Hops of an ordinary circuit. */
    public static final int DEFAULT_LENGTH = 3;

    private final Optional<ExitTarget> target;
    private final Optional<Relay> end;
    private final int length;
    private final boolean stable;
    private final Predicate<Relay> lastHopFilter;

    private PathRequest(
            Optional<ExitTarget> target,
            Optional<Relay> end,
            int length,
            boolean stable,
            Predicate<Relay> lastHopFilter) {
        this.target = target;
        this.end = end;
        this.length = length;
        this.stable = stable;
        this.lastHopFilter = lastHopFilter;
    }

    /** A path of three hops to an exit that seems to allow the target. */
    public static PathRequest exit(ExitTarget target) {
        return new PathRequest(Optional.of(target), Optional.empty(), DEFAULT_LENGTH, false, relay -> true);
    }

    /** A path of three hops that leaves nowhere; its last hop is chosen as a middle one, but is not a MiddleOnly one. */
    public static PathRequest internal() {
        return new PathRequest(Optional.empty(), Optional.empty(), DEFAULT_LENGTH, false, relay -> true);
    }

    /** A path that ends at a given relay, which somebody else chose: four hops, so that three are our own choice. */
    public static PathRequest to(Relay end) {
        return new PathRequest(Optional.empty(), Optional.of(end), DEFAULT_LENGTH + 1, false, relay -> true);
    }

    /** The same with only Stable relays, for connections that stay open for long. */
    public PathRequest withStable(boolean only) {
        return new PathRequest(target, end, length, only, lastHopFilter);
    }

    /** The same with a condition on the last hop (a country, exits that failed before), instead of any former one. */
    public PathRequest withLastHop(Predicate<Relay> filter) {
        return new PathRequest(target, end, length, stable, filter);
    }

    /** The same with this many hops, at least 2. */
    public PathRequest withLength(int hops) {
        checkArgument(hops >= 2, "%s hops", hops);
        return new PathRequest(target, end, hops, stable, lastHopFilter);
    }

    /** Where it must let streams out; empty for a path that leaves nowhere. */
    public Optional<ExitTarget> target() {
        return target;
    }

    Optional<Relay> end() {
        return end;
    }

    public int length() {
        return length;
    }

    public boolean stable() {
        return stable;
    }

    Predicate<Relay> lastHopFilter() {
        return lastHopFilter;
    }
}
