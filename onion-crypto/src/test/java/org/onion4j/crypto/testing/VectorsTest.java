package org.onion4j.crypto.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;

class VectorsTest {
    @Test
    void of_knownFile_readsMembersByKind() {
        var all = Vectors.of("aes-ctr");
        assertThat(all).hasSize(3);
        assertThat(all.get(0).bytes("key")).isEqualTo(Bytes.fromHex("2b7e151628aed2a6abf7158809cf4f3c"));
        assertThat(all.get(0).has("note")).isFalse();
        assertThat(all.get(1).text("note")).startsWith("computed");
        assertThat(all.get(1)).hasToString("aes-ctr[1] " + all.get(1).text("note"));
    }

    @Test
    void get_absentMember_throws() {
        assertThatThrownBy(() -> Vectors.of("aes-ctr").get(0).bytes("absent")).hasMessageContaining("has no absent");
        assertThatThrownBy(() -> Vectors.of("absent")).hasMessageContaining("no resource");
    }

    @Test
    void seededRandom_sameSeed_givesSameBytes() {
        assertThat(new SeededRandom(7).bytes(40)).isEqualTo(new SeededRandom(7).bytes(40));
        assertThat(new SeededRandom(7).bytes(40)).isNotEqualTo(new SeededRandom(8).bytes(40));
    }

    @Test
    void scriptedRandom_givesWhatItWasTold_thenFails() {
        ScriptedRandom random = new ScriptedRandom(Bytes.fromHex("0102"), Bytes.fromHex("03"));
        assertThat(random.bytes(2)).containsExactly(1, 2);
        assertThatThrownBy(() -> random.bytes(2)).isInstanceOf(IllegalStateException.class);
        assertThat(random.bytes(1)).containsExactly(3);
        assertThatThrownBy(() -> random.bytes(1)).isInstanceOf(IllegalStateException.class);
    }
}
