package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.supply.InternalCircuit.EndChoice;
import org.onion4j.directory.view.Relay;

/** Whoever names the end of a circuit can't make us leave our guard by failing there (T47). */
class InternalCircuitTest {
    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final GuardManager guards =
            GuardManager.open(new MemoryStateStore(), time.clock(), time.ticker(), new SeededRandom(2), relay -> true);

    InternalCircuitTest() {
        guards.update(PathSelector.of(SupplyWorld.network().view(), PathRules.DEFAULT));
    }

    private GuardUse choose() throws NoPathException {
        return guards.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
    }

    /** The guard before and after ten circuits that were built and of no use. */
    private Relay[] failTenTimes(EndChoice choice) throws NoPathException {
        Relay before = choose().relay();
        for (int i = 0; i < 10; i++) {
            GuardUse use = choose();
            use.succeeded();
            new InternalCircuit(
                            null, new Path(ImmutableList.of(use.relay())), use, choice, null, Optional.empty(), time)
                    .failed();
            use.closed();
        }
        return new Relay[] {before, choose().relay()};
    }

    @Test
    void t47_endsOfSomebodyElsesChoiceAreMute_guardStays() throws Exception {
        Relay[] guard = failTenTimes(EndChoice.SOMEBODY_ELSES);
        assertThat(guard[1]).isSameAs(guard[0]);
    }

    @Test
    void t47_endOfSomebodyElsesChoiceRefuses_nobodyIsBlamed() {
        CircuitException refused = new CircuitException(CircuitException.Kind.DESTROYED, "refused");
        assertThat(InternalCircuits.blame(refused, true, EndChoice.SOMEBODY_ELSES))
                .isEmpty();
        assertThat(InternalCircuits.blame(refused, true, EndChoice.OURS)).contains(GuardFailure.LATER_HOP);
        assertThat(InternalCircuits.blame(refused, false, EndChoice.SOMEBODY_ELSES))
                .as("of what the guard itself did")
                .contains(GuardFailure.DESTROYED);
    }

    @Test
    void endsOfOurOwnChoiceAreMute_guardIsLeft() throws Exception {
        Relay[] guard = failTenTimes(EndChoice.OURS);
        assertThat(guard[1]).isNotSameAs(guard[0]);
    }
}
