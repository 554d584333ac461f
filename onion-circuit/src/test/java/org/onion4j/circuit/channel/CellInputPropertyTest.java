package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CellInputPropertyTest {
    /** Gives its bytes in pieces of random size, as a link does. */
    private static final class Pieces extends InputStream {
        private final ByteArrayInputStream in;
        private final Random random;

        Pieces(byte[] bytes, long seed) {
            in = new ByteArrayInputStream(bytes);
            random = new Random(seed);
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return in.read(target, offset, Math.min(length, 1 + random.nextInt(3000)));
        }
    }

    /** A number below 0 stands for a fixed-length cell, others for a variable one with a body of that length. */
    @Property(tries = 200)
    void next_cutsAnySequenceOfCellsOutOfAnyPieces(
            @ForAll @Size(max = 20) List<@IntRange(min = -1, max = 65535) Integer> lengths, @ForAll long seed)
            throws IOException {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (int i = 0; i < lengths.size(); i++) {
            int length = lengths.get(i);
            wire.write(new byte[] {(byte) 0x80, 0, 0, (byte) i});
            wire.write(length < 0 ? 3 : 129);
            if (length >= 0) {
                wire.write(length >>> 8);
                wire.write(length);
            }
            byte[] body = new byte[length < 0 ? 509 : length];
            Arrays.fill(body, (byte) (i + 1));
            wire.write(body);
        }
        CellInput input = new CellInput(new Pieces(wire.toByteArray(), seed));
        input.useWideCircuitIds();
        for (int i = 0; i < lengths.size(); i++) {
            assertThat(input.next()).isTrue();
            assertThat(input.circuitId()).isEqualTo(0x80000000 | i);
            assertThat(input.command()).isEqualTo(lengths.get(i) < 0 ? 3 : 129);
            int length = lengths.get(i) < 0 ? 509 : lengths.get(i);
            assertThat(input.bodyLength()).isEqualTo(length);
            for (int k = 0; k < length; k += 97) {
                assertThat(input.buffer()[input.bodyOffset() + k]).isEqualTo((byte) (i + 1));
            }
            boolean more = input.hasNext(); // must not disturb the cursor
            assertThat(input.bodyLength()).isEqualTo(length);
            assertThat(more && i == lengths.size() - 1).isFalse();
        }
        assertThat(input.next()).isFalse();
    }

    @Example
    void next_endWithinACell_throwsEof() {
        CellInput input = new CellInput(new ByteArrayInputStream(new byte[] {0, 0, 7, 0, 4, 0}));
        assertThatThrownBy(input::next).isInstanceOf(EOFException.class);
    }

    @Example
    void next_beforeVersions_hasCircuitIdsOfTwoBytes() throws IOException {
        CellInput input = new CellInput(new ByteArrayInputStream(new byte[] {0, 1, 7, 0, 2, 0, 4}));
        assertThat(input.next()).isTrue();
        assertThat(input.circuitId()).isEqualTo(1);
        assertThat(input.bodyLength()).isEqualTo(2);
    }
}
