package org.onion4j.directory.guard;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

/** A guard manager in a made-up network, at a time of its own. */
final class GuardWorld {
    static final Instant START = Instant.parse("2024-05-17T17:30:00Z");

    final VirtualTime time = new VirtualTime(START);
    final StateStore store;
    final Set<String> unlisted = new HashSet<>();
    final Set<String> withoutMicrodescriptor = new HashSet<>();
    Consumer<SyntheticNetwork> adjust = network -> {};
    Consumer<SyntheticNetwork.RelayBuilder> eachGuard = relay -> {};
    Predicate<Relay> filter = relay -> true;
    PathRules rules = PathRules.DEFAULT;
    int size = 100;
    PathSelector selector;
    GuardManager manager;
    private final long seed;

    GuardWorld(long seed) {
        this(seed, new MemoryStateStore());
    }

    GuardWorld(long seed, StateStore store) {
        this.seed = seed;
        this.store = store;
    }

    /** Starts the client anew from what is saved. */
    GuardWorld start() {
        manager = GuardManager.open(
                store, time.clock(), time.ticker(), new SeededRandom(seed), relay -> filter.test(relay));
        newConsensus();
        return this;
    }

    /** A consensus of this hour. */
    void newConsensus() {
        publish(time.now());
    }

    void publish(Instant validAfter) {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(validAfter);
        for (int i = 0; i < size; i++) {
            String name = "g" + i;
            SyntheticNetwork.RelayBuilder relay = network.relay(name);
            if (!unlisted.contains(name)) {
                relay.flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR);
            }
            eachGuard.accept(relay);
            if (withoutMicrodescriptor.contains(name)) {
                relay.withoutMicrodescriptor();
            }
        }
        for (int i = 0; i < 20; i++) {
            network.relay("middle" + i);
            network.relay("exit" + i).exit("accept 80,443");
        }
        adjust.accept(network);
        selector = PathSelector.of(network.view(), rules);
        manager.update(selector);
    }

    Relay relay(String name) {
        return selector.view().relay(SyntheticNetwork.identity(name)).orElseThrow();
    }

    GuardUse choose() {
        return choose(GuardUsage.TRAFFIC);
    }

    GuardUse choose(GuardUsage usage) {
        return choose(usage, GuardRestriction.NONE);
    }

    GuardUse choose(GuardUsage usage, GuardRestriction restriction) {
        try {
            return manager.choose(usage, restriction);
        } catch (NoPathException e) {
            throw new AssertionError(e);
        }
    }

    /** One circuit that gets built and closed. */
    String useOnce() {
        GuardUse use = choose();
        use.succeeded();
        use.closed();
        return use.relay().nickname();
    }

    /** Lets a circuit fail at the guard. */
    String fail() {
        GuardUse use = choose();
        use.failed(GuardFailure.UNREACHABLE);
        return use.relay().nickname();
    }
}
