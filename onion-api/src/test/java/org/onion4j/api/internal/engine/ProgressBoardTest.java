package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.internal.Engine;

class ProgressBoardTest {
    private final ProgressBoard board = new ProgressBoard();
    private final List<BootstrapProgress> heard = new ArrayList<>();

    @Test
    void advance_tellsEachChangeOnce() {
        board.register(heard::add);
        board.advance(BootstrapPhase.CONNECTING, 0.1, Optional.empty());
        board.advance(BootstrapPhase.CONNECTING, 0.1, Optional.empty());
        board.advance(BootstrapPhase.LOADING_CONSENSUS, 0.3, Optional.empty());
        assertThat(heard).extracting(BootstrapProgress::fraction).containsExactly(0.1, 0.3);
    }

    @Test
    void advance_toWhatIsBehind_keepsThePlaceAndTellsWhatBlocks() {
        board.register(heard::add);
        board.advance(BootstrapPhase.LOADING_RELAYS, 0.6, Optional.empty());
        board.advance(BootstrapPhase.LOADING_CONSENSUS, 0.2, Optional.of("no answer"));
        assertThat(board.current())
                .isEqualTo(new BootstrapProgress(BootstrapPhase.LOADING_RELAYS, 0.6, Optional.of("no answer")));
        assertThat(heard).hasSize(2);
    }

    @Test
    void blocked_tellsInItsPhaseAlone() {
        board.advance(BootstrapPhase.BUILDING_CIRCUIT, 0.85, Optional.empty());
        board.register(heard::add);
        board.blocked(BootstrapPhase.BUILDING_CIRCUIT, Optional.of("no exit is known"));
        board.blocked(BootstrapPhase.BUILDING_CIRCUIT, Optional.of("no exit is known"));
        board.blocked(BootstrapPhase.BUILDING_CIRCUIT, Optional.empty());
        assertThat(heard)
                .extracting(BootstrapProgress::blockedBy)
                .containsExactly(Optional.of("no exit is known"), Optional.empty());
        board.advance(BootstrapPhase.READY, 1.0, Optional.empty());
        board.blocked(BootstrapPhase.BUILDING_CIRCUIT, Optional.of("no exit is known"));
        assertThat(board.current()).isEqualTo(BootstrapProgress.DONE);
    }

    @Test
    void fallBack_afterReady_goesBack() {
        board.advance(BootstrapPhase.READY, 1.0, Optional.empty());
        board.fallBack(BootstrapPhase.LOADING_CONSENSUS, 0.2, Optional.of("too old"));
        assertThat(board.current().phase()).isEqualTo(BootstrapPhase.LOADING_CONSENSUS);
    }

    @Test
    void register_closed_hearsNoMore() {
        Engine.Registration registration = board.register(heard::add);
        registration.close();
        board.advance(BootstrapPhase.CONNECTING, 0.1, Optional.empty());
        assertThat(heard).isEmpty();
    }
}
