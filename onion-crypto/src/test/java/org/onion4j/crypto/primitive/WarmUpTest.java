package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void run_again_works() {
        assertThatCode(WarmUp::run).doesNotThrowAnyException();
        assertThatCode(WarmUp::run).doesNotThrowAnyException();
    }
}
