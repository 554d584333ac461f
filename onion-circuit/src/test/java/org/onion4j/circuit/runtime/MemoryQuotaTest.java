package org.onion4j.circuit.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.testing.VirtualTime;

/** The quota by itself, in virtual time. T82. */
class MemoryQuotaTest {
    private final VirtualTime time = new VirtualTime();
    private final MemoryQuota quota = new MemoryQuota(1000, time.ticker(), time);
    private final List<String> events = new ArrayList<>();

    /** A buffer that does as it is told. */
    private final class Buffer implements MemoryQuota.Owner {
        private final String name;
        private final MemoryAccount account = quota.newAccount(this);
        private int waiting;

        Buffer(String name) {
            this.name = name;
        }

        Buffer put(int units, int memory) {
            account.hold(memory);
            account.onPut(units);
            waiting += units;
            time.advance(Duration.ofSeconds(1));
            return this;
        }

        void take(int units) {
            account.onTaken(units);
            waiting -= units;
        }

        @Override
        public void trim() {
            if (waiting == 0) {
                account.release();
            }
        }

        @Override
        public void giveUp() {
            events.add(name);
            waiting = 0;
            account.release();
        }
    }

    @Test
    void withinTheLimit_nothingIsGivenUp() {
        new Buffer("a").put(500, 500);
        new Buffer("b").put(500, 500);
        assertThat(quota.heldBytes()).isEqualTo(1000);
        assertThat(events).isEmpty();
        assertThat(time.timers()).isZero();
    }

    @Test
    void beyondTheLimit_theOldestGoUntilTheRestFits() {
        new Buffer("a").put(1, 400);
        new Buffer("b").put(1, 400);
        new Buffer("c").put(1, 900);
        assertThat(events).containsExactly("a", "b");
        assertThat(quota.heldBytes()).isEqualTo(900);
    }

    @Test
    void emptyBuffers_areTrimmedFirst() {
        Buffer empty = new Buffer("empty").put(100, 600);
        empty.take(100);
        new Buffer("b").put(1, 900);
        assertThat(events).isEmpty();
        assertThat(quota.heldBytes()).isEqualTo(900);
    }

    @Test
    void bufferThatIsRead_isAsOldAsWhatIsLeftInIt() {
        Buffer read = new Buffer("read").put(10, 400);
        Buffer stuck = new Buffer("stuck").put(10, 400);
        for (int i = 0; i < 5; i++) {
            read.put(10, 400);
            read.take(10);
        }
        new Buffer("new").put(1, 400);
        assertThat(events).containsExactly("stuck");
        assertThat(stuck.waiting).isZero();
        assertThat(quota.heldBytes()).isEqualTo(800);
    }

    @Test
    void whatIsNotData_isNotGivenUpAndDoesNotSpin() {
        MemoryAccount stubborn = quota.newAccount(new MemoryQuota.Owner() {
            @Override
            public void trim() {
                events.add("trim");
            }

            @Override
            public void giveUp() {
                events.add("give up");
            }
        });
        stubborn.hold(5000);
        time.advance(Duration.ZERO);
        assertThat(events).containsExactly("trim");
        stubborn.onPut(1);
        stubborn.hold(6000);
        time.advance(Duration.ZERO);
        assertThat(events).containsExactly("trim", "trim", "give up");
        stubborn.release();
        assertThat(quota.heldBytes()).isZero();
    }
}
