package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.ClientClosedException;

class ReadyGateTest {
    private final ReadyGate gate = new ReadyGate();

    @Test
    void open_letsInWhoWaitsAndWhoComesLater() {
        CompletableFuture<Void> before = gate.await();
        assertThat(before).isNotDone();
        gate.open();
        assertThat(before).isCompleted();
        assertThat(gate.await()).isCompleted();
    }

    @Test
    void fail_endsTheWaitOfThoseHere_notOfThoseToCome() {
        CompletableFuture<Void> here = gate.await();
        BootstrapException why = new BootstrapException(BootstrapPhase.LOADING_CONSENSUS, "the clock is wrong", null);
        gate.fail(why);
        assertThat(here).isCompletedExceptionally();
        assertThat(gate.await()).isNotDone();
    }

    @Test
    void shut_failsEverybodyForGood() {
        gate.open();
        gate.shut(new ClientClosedException("closed", null));
        assertThat(gate.await()).isCompletedExceptionally();
    }

    @Test
    void close_afterOpen_makesNewcomersWait() {
        gate.open();
        gate.close();
        assertThat(gate.await()).isNotDone();
        assertThat(gate.isOpen()).isFalse();
    }

    @Test
    void await_eachGetsAFutureOfItsOwn() {
        CompletableFuture<Void> one = gate.await();
        CompletableFuture<Void> other = gate.await();
        one.cancel(false);
        gate.open();
        assertThat(other).isCompleted();
    }
}
