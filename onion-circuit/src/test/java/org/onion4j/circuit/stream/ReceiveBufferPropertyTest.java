package org.onion4j.circuit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.circuit.testing.TestMemory;

class ReceiveBufferPropertyTest {
    /** Positive steps append that many bytes, as far as they fit; negative ones take as many. */
    @Property(tries = 300)
    void whateverTheSteps_bytesComeOutAsTheyWentIn(
            @ForAll @Size(max = 200) List<@IntRange(min = -40_000, max = 40_000) Integer> steps) {
        int bound = 249_000;
        ReceiveBuffer buffer = new ReceiveBuffer(bound, TestMemory.account());
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte next = 0;
        for (int step : steps) {
            if (step >= 0) {
                byte[] chunk = new byte[Math.min(step, bound - buffer.size())];
                for (int i = 0; i < chunk.length; i++) {
                    chunk[i] = next++;
                }
                buffer.append(chunk, 0, chunk.length);
                in.write(chunk, 0, chunk.length);
            } else {
                byte[] chunk = new byte[-step];
                int taken = buffer.take(chunk, 0, chunk.length);
                assertThat(taken).isLessThanOrEqualTo(chunk.length);
                out.write(chunk, 0, taken);
            }
            assertThat(buffer.size()).isEqualTo(in.size() - out.size());
        }
        byte[] rest = new byte[buffer.size()];
        buffer.take(rest, 0, rest.length);
        out.write(rest, 0, rest.length);
        assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
    }

    @Example
    void append_beyondTheBound_isOurMistake() {
        ReceiveBuffer buffer = new ReceiveBuffer(100, TestMemory.account());
        buffer.append(new byte[100], 0, 100);
        assertThatThrownBy(() -> buffer.append(new byte[1], 0, 1)).isInstanceOf(IllegalStateException.class);
    }
}
