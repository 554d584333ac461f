package org.onion4j.directory.supply;

import java.util.Optional;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.FirstHop;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.view.Relay;

/** Chooses the guard of one path, and keeps the hold on it. Not for more than one thread. */
final class GuardChooser implements FirstHop {
    private final GuardManager guards;
    private Optional<GuardUse> use = Optional.empty();

    GuardChooser(GuardManager guards) {
        this.guards = guards;
    }

    @Override
    public boolean suits(Relay last) {
        return guards.suits(last);
    }

    @Override
    public Relay choose(Relay last) throws NoPathException {
        GuardUse chosen = guards.choose(GuardUsage.TRAFFIC, GuardRestriction.unrelatedTo(last));
        use = Optional.of(chosen);
        return chosen.relay();
    }

    /** The hold on the guard that was chosen, which is to be let go if no path comes of it. */
    Optional<GuardUse> chosen() {
        return use;
    }
}
