package org.onion4j.directory.path;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import org.onion4j.directory.view.Relay;

/** The relays of a circuit to be built, guard first: at least one. Immutable. */
@Immutable
public record Path(ImmutableList<Relay> hops) {
    public Path {
        checkArgument(!hops.isEmpty(), "empty path");
    }

    public Relay first() {
        return hops.get(0);
    }

    public Relay last() {
        return hops.get(hops.size() - 1);
    }

    public int length() {
        return hops.size();
    }

    /** Tells the length alone: the relays of a path must not get into a log. */
    @Override
    public String toString() {
        return "Path of " + hops.size();
    }
}
