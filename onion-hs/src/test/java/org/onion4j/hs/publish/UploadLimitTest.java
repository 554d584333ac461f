package org.onion4j.hs.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UploadLimitTest {
    @Test
    void run_moreThanMayBe_waitInOrder() {
        UploadLimit limit = new UploadLimit();
        List<Integer> begun = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            limit.run(() -> begun.add(number));
        }
        assertThat(begun).containsExactly(0, 1, 2);
        limit.release();
        assertThat(begun).containsExactly(0, 1, 2, 3);
        for (int i = 0; i < 5; i++) {
            limit.release();
        }
        assertThat(begun).containsExactly(0, 1, 2, 3, 4, 5);
        for (int i = 6; i < 10; i++) {
            int number = i;
            limit.run(() -> begun.add(number));
        }
        assertThat(begun).hasSize(9);
    }
}
