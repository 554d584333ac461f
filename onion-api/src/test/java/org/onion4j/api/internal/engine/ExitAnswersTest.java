package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.message.EndReason;

class ExitAnswersTest {
    private static final int CONNECTREFUSED = 3;
    private static final int DONE = 6;
    private static final int CONNRESET = 12;

    private final ExitAnswers answers = new ExitAnswers();

    @ParameterizedTest
    @ValueSource(ints = {CONNECTREFUSED, DONE, CONNRESET})
    void theHostsOwnWord_isFinalAtOnce(int reason) {
        assertThat(answers.areFinalWith(EndReason.ofWire(reason))).isTrue();
    }

    @Test
    void threeExitsThatCannotReachTheHost_areBelievedWhateverTheyCallIt() {
        assertThat(answers.areFinalWith(EndReason.MISC)).isFalse();
        assertThat(answers.areFinalWith(EndReason.TIMEOUT)).isFalse();
        assertThat(answers.areFinalWith(EndReason.RESOLVEFAILED)).isTrue();
    }

    @Test
    void threeExitsThatSayMisc_areBelieved() {
        assertThat(answers.areFinalWith(EndReason.MISC)).isFalse();
        assertThat(answers.areFinalWith(EndReason.MISC)).isFalse();
        assertThat(answers.areFinalWith(EndReason.MISC)).isTrue();
    }

    @Test
    void whatAnExitSaysOfItself_isNotHeldAgainstTheHost() {
        for (int i = 0; i < 5; i++) {
            assertThat(answers.areFinalWith(EndReason.EXITPOLICY)).isFalse();
            assertThat(answers.areFinalWith(EndReason.HIBERNATING)).isFalse();
            assertThat(answers.areFinalWith(EndReason.RESOURCELIMIT)).isFalse();
            assertThat(answers.areFinalWith(EndReason.INTERNAL)).isFalse();
        }
    }
}
