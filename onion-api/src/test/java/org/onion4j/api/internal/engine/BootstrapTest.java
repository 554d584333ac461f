package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.ClockSkewException;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.fetch.DirectoryStatus;
import org.onion4j.directory.fetch.DirectoryStatus.Blockage;
import org.onion4j.directory.fetch.DirectoryStatus.ClockSkew;
import org.onion4j.directory.fetch.DirectoryStatus.Phase;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.Position;

/** What becomes of requests as long as there are no documents: neither guards nor circuits are asked for anything. */
class BootstrapTest {
    private final ProgressBoard progress = new ProgressBoard();
    private final ReadyGate gate = new ReadyGate();
    private final Bootstrap bootstrap =
            new Bootstrap(null, null, null, null, null, PathRules.DEFAULT, progress, gate, () -> {});

    private void status(Blockage blockage) {
        bootstrap.statusChanged(new DirectoryStatus(Phase.CONSENSUS, 0.1, Optional.ofNullable(blockage)));
    }

    /** T37 */
    @Test
    void t37_wrongClock_failsRequestsUntilItIsRight() {
        CompletableFuture<Void> before = gate.await();
        status(new ClockSkew(Duration.ofHours(-50), ClockSkew.Measure.AT_LEAST));

        for (CompletableFuture<Void> request : List.of(before, gate.await())) {
            assertThatThrownBy(request::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            ClockSkewException.class, e -> assertThat(e.skew()).isEqualTo(Duration.ofHours(-50)))
                    .hasMessage("the clock is at least 2 days 2 h slow");
        }
        assertThat(progress.current().blockedBy()).contains("the clock is at least 2 days 2 h slow");
        status(null);
        assertThat(gate.await()).isNotDone();
        assertThat(progress.current().blockedBy()).isEmpty();
    }

    @Test
    void networkThatDemandsANewerRelease_failsRequests() throws Exception {
        status(new DirectoryStatus.ClientTooOld(ProtocolVersions.parse("Relay=63")));
        assertThatThrownBy(gate.await()::get)
                .cause()
                .isInstanceOfSatisfying(
                        BootstrapException.class,
                        e -> assertThat(e.phase()).isEqualTo(BootstrapPhase.LOADING_CONSENSUS));
    }

    @Test
    void networkThatCannotBeReached_keepsRequestsWaiting() {
        status(new DirectoryStatus.Unreachable(5));
        assertThat(gate.await()).isNotDone();
        assertThat(progress.current().blockedBy()).isPresent();
    }

    @Test
    void pathObstacle_keepsRequestsWaitingAndIsTold() {
        status(null);
        progress.advance(BootstrapPhase.BUILDING_CIRCUIT, 0.85, Optional.empty());
        bootstrap.pathObstacle(
                Optional.of(new NoPathException(Position.GUARD, NoPathException.Lack.ALL_EXCLUDED, "no guard is up")));
        assertThat(gate.await()).isNotDone();
        assertThat(progress.current().blockedBy()).contains("no path through the network: no guard is up");
    }

    @Test
    void obstacleOfCircuits_letsAWrongClockFailRequestsAsBefore() {
        status(new ClockSkew(Duration.ofHours(-50), ClockSkew.Measure.AT_LEAST));
        bootstrap.pathObstacle(Optional.empty());
        assertThatThrownBy(gate.await()::get).cause().isInstanceOf(ClockSkewException.class);
    }
}
