package org.onion4j.directory.state;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Bytes;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StateFileTest {
    private static byte[] file(byte[] content) {
        return Bytes.concat(StateFile.header(content), content);
    }

    @Property(tries = 200)
    void content_ofWhatWasWritten_isTheSame(@ForAll byte[] content) throws Exception {
        assertThat(StateFile.content(file(content))).isEqualTo(content);
    }

    @Property(tries = 300)
    void content_ofAnyBytes_givesContentOrDamaged(@ForAll byte[] bytes) {
        assertThatThrownBy(() -> StateFile.content(bytes)).isInstanceOf(StateFile.DamagedException.class);
    }

    @Property(tries = 300)
    void content_withOneBitFlipped_isDamaged(
            @ForAll byte[] content, @ForAll @IntRange(max = 1_000_000) int where, @ForAll @IntRange(max = 7) int bit) {
        byte[] file = file(content);
        file[where % file.length] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> StateFile.content(file)).isInstanceOf(StateFile.DamagedException.class);
    }

    @Test
    void content_cutAnywhere_isDamaged() {
        byte[] file = file("guards: none yet".getBytes(US_ASCII));
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> StateFile.content(cut)).isInstanceOf(StateFile.DamagedException.class);
        }
    }

    @Test
    void content_ofALaterVersion_saysSo() {
        byte[] file = "onion4j-state 2 whatever\n123".getBytes(US_ASCII);
        assertThatThrownBy(() -> StateFile.content(file)).hasMessageContaining("another version");
    }
}
