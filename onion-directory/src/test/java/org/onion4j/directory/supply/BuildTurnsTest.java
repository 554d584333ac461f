package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.directory.supply.BuildTurns.Lane;

class BuildTurnsTest {
    private final BuildTurns turns = new BuildTurns();
    private final List<CompletableFuture<String>> begun = new ArrayList<>();

    private CompletableFuture<String> add(Lane lane) {
        CompletableFuture<String> result = new CompletableFuture<>();
        turns.add(lane, result, () -> begun.add(result));
        return result;
    }

    private void fill(Lane lane) {
        for (int i = 0; i < lane.atOnce(); i++) {
            add(lane);
        }
        assertThat(begun).hasSize(lane.atOnce());
        begun.clear();
    }

    @ParameterizedTest
    @EnumSource
    void add_whereAllPlacesAreTaken_waitsForOneInItsLane(Lane lane) {
        fill(lane);
        CompletableFuture<String> first = add(lane);
        CompletableFuture<String> second = add(lane);
        assertThat(begun).isEmpty();

        CompletableFuture<String> other = add(lane == Lane.UPKEEP ? Lane.CLIENT : Lane.UPKEEP);
        assertThat(begun).containsExactly(other);
        other.complete("built");
        assertThat(begun).as("an end in another lane").containsExactly(other);

        begun.clear();
        first.complete("given up before its turn");
        assertThat(begun).isEmpty();
        assertThat(second).isNotDone();
    }

    @ParameterizedTest
    @EnumSource
    void anEnd_ofWhateverKind_letsTheNextBegin(Lane lane) {
        List<CompletableFuture<String>> running = new ArrayList<>();
        for (int i = 0; i < lane.atOnce(); i++) {
            running.add(add(lane));
        }
        begun.clear();
        CompletableFuture<String> givenUp = add(lane);
        CompletableFuture<String> first = add(lane);
        CompletableFuture<String> second = add(lane);
        givenUp.cancel(false);

        running.get(0).complete("built");
        assertThat(begun).containsExactly(first);
        running.get(1).completeExceptionally(new IllegalStateException("failed"));
        assertThat(begun).containsExactly(first, second);
    }

    @Test
    void beginnings_thatThrow_giveTheirPlacesBack() {
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<String> result = new CompletableFuture<>();
            Error error = new OutOfMemoryError("no memory in test " + i);
            turns.add(Lane.UPKEEP, result, () -> {
                throw error;
            });
            assertThatThrownBy(result::join).hasCause(error);
        }
        fill(Lane.UPKEEP);
    }

    @Test
    void waitingOnes_thatFailAtOnce_areBegunOneAfterTheOther() {
        CompletableFuture<String> last = new CompletableFuture<>();
        List<CompletableFuture<String>> place = new ArrayList<>();
        BuildTurns full = new BuildTurns();
        for (int i = 0; i < Lane.CLIENT.atOnce(); i++) {
            CompletableFuture<String> result = new CompletableFuture<>();
            place.add(result);
            full.add(Lane.CLIENT, result, () -> {});
        }
        for (int i = 0; i < 20_000; i++) {
            CompletableFuture<String> failing = new CompletableFuture<>();
            full.add(Lane.CLIENT, failing, () -> failing.completeExceptionally(new IllegalStateException("no path")));
        }
        full.add(Lane.CLIENT, last, () -> last.complete("its turn"));

        place.get(0).complete("built");

        assertThat(last).isCompletedWithValue("its turn");
    }
}
