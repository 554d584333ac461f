package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.TooManyRequestsException;

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
    void fail_endsTheWaitOfThoseHereAndOfThoseToCome_untilThereIsHope() {
        CompletableFuture<Void> here = gate.await();
        BootstrapException why = new BootstrapException(BootstrapPhase.LOADING_CONSENSUS, "the clock is wrong", null);
        gate.fail(why);
        assertThat(here).isCompletedExceptionally();
        assertThat(gate.isHopeless()).isTrue();
        assertThat(gate.await()).isCompletedExceptionally();
        gate.hopeAgain();
        assertThat(gate.isHopeless()).isFalse();
        assertThat(gate.await()).isNotDone();
    }

    @Test
    void open_afterAFailure_letsIn() {
        gate.fail(new BootstrapException(BootstrapPhase.LOADING_CONSENSUS, "the clock is wrong", null));
        gate.open();
        assertThat(gate.await()).isCompleted();
        gate.close();
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
    void await_tooManyWait_theNextIsRefusedUntilOneHasGivenUp() {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < ReadyGate.MAX_WAITING; i++) {
            waiting.add(gate.await());
        }
        assertThatThrownBy(gate.await()::get).hasCauseInstanceOf(TooManyRequestsException.class);
        waiting.get(7).cancel(false);
        CompletableFuture<Void> next = gate.await();
        assertThat(next).isNotDone();
        gate.open();
        assertThat(next).isCompleted();
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
