package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Failures that say little of a guard: a dead link, and certificates out of their time. */
class GuardDoubtTest {
    private final GuardWorld world = new GuardWorld(3).start();

    @Test
    void t78_deadLink_theSameGuardIsTriedAgainAtOnce() {
        String guard = world.useOnce();
        for (int i = 0; i < 20; i++) {
            GuardUse use = world.choose();
            assertThat(use.relay().nickname()).isEqualTo(guard);
            use.failed(GuardFailure.LINK_DEAD);
        }
        assertThat(world.manager.status().primaryDown()).isZero();
    }

    @Test
    void t78_deadLink_guardThatStaysSilentIsNoLongerWaitedForAlone() {
        String guard = world.useOnce();
        GuardUse idle = world.choose();
        idle.succeeded();
        idle.doubted();
        idle.closed();
        GuardUse silent = world.choose();
        assertThat(silent.relay().nickname()).isEqualTo(guard);
        world.time.advance(Duration.ofSeconds(9));

        assertThat(world.choose().relay().nickname()).isNotEqualTo(guard);
    }

    @Test
    void t37_wrongClock_fewGuardsAreTried_andTheFirstWorksAtOnceWhenItIsSet() {
        String first = world.useOnce();
        Set<String> tried = new HashSet<>();
        for (int i = 0; i < 30 * 60; i += 10) { // half an hour in which no certificate is in its time
            GuardUse use = world.choose();
            tried.add(use.relay().nickname());
            use.failed(GuardFailure.CLOCK);
            world.time.advance(Duration.ofSeconds(10));
        }
        assertThat(tried.size()).isBetween(1, 12);
        Set<String> after = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            after.add(world.useOnce());
        }
        assertThat(after).contains(first);
        assertThat(world.manager.status().primaryDown()).isLessThan(3);
    }

    @Test
    void t37_oneGuardsClockIsWrong_anotherServes() {
        String guard = world.useOnce();
        Set<String> served = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            GuardUse use = world.choose();
            if (use.relay().nickname().equals(guard)) {
                use.failed(GuardFailure.CLOCK);
            } else if (use.succeeded() == GuardUse.State.COMPLETE) {
                served.add(use.relay().nickname());
            }
        }
        assertThat(served).isNotEmpty();
    }
}
