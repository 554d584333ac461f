package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;

class ConstantTimeTest {
    @Test
    void equal_anyByteOrLengthDiffers_isFalse() {
        byte[] a = new byte[32];
        assertThat(ConstantTime.equal(a, new byte[32])).isTrue();
        assertThat(ConstantTime.equal(a, new byte[31])).isFalse();
        for (int i = 0; i < 32; i++) {
            byte[] b = new byte[32];
            b[i] = (byte) 0x80;
            assertThat(ConstantTime.equal(a, b)).isFalse();
            assertThat(ConstantTime.equal(Bytes.copyOf(b), b)).isTrue();
            assertThat(ConstantTime.isZero(b)).isFalse();
        }
        assertThat(ConstantTime.isZero(a)).isTrue();
    }

    @Test
    void equal_ranges_lookAtTheRangeAlone() {
        byte[] a = {9, 1, 2, 9};
        byte[] b = {1, 2};
        assertThat(ConstantTime.equal(a, 1, b, 0, 2)).isTrue();
        assertThat(ConstantTime.equal(a, 0, b, 0, 2)).isFalse();
        assertThatThrownBy(() -> ConstantTime.equal(a, 3, b, 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void all_oneFalse_isFalse() {
        assertThat(ConstantTime.all(true, true, true)).isTrue();
        assertThat(ConstantTime.all(true, false, true)).isFalse();
        assertThat(ConstantTime.all(true, true, false)).isFalse();
    }
}
