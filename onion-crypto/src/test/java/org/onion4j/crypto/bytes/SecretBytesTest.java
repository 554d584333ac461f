package org.onion4j.crypto.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SecretBytesTest {
    /** T86. */
    @Test
    void t86_close_wipesTheArray() {
        byte[] array = {1, 2, 3};
        SecretBytes secret = SecretBytes.adopt(array);
        assertThat(secret).hasToString("SecretBytes(3 bytes)");
        assertThat(secret.exposeArray()).isSameAs(array);
        secret.close();
        secret.close();
        assertThat(array).containsOnly(0);
        assertThatThrownBy(secret::exposeArray).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(secret::exposeCopy).isInstanceOf(IllegalStateException.class);
        assertThat(secret.size()).isEqualTo(3);
    }

    @Test
    void copyOf_ofARange_leavesTheSourceAlone() {
        byte[] array = {1, 2, 3, 4};
        SecretBytes secret = SecretBytes.copyOf(array, 1, 2);
        assertThat(secret.exposeCopy()).containsExactly(2, 3);
        secret.close();
        assertThat(array).containsExactly(1, 2, 3, 4);
    }

    @Test
    void equals_isOfIdentityAlone_contentHasItsOwnName() {
        SecretBytes one = SecretBytes.adopt(new byte[] {1, 2});
        SecretBytes same = SecretBytes.adopt(new byte[] {1, 2});
        assertThat(one).isNotEqualTo(same);
        assertThat(one.equalsConstantTime(same)).isTrue();
        assertThat(one.equalsConstantTime(SecretBytes.adopt(new byte[] {1, 3}))).isFalse();
        assertThat(one.equalsConstantTime(SecretBytes.adopt(new byte[] {1}))).isFalse();
    }
}
