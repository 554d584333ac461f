package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.RelayCommand;

/** Nothing that a client sends makes a relay throw, or harms the circuit of another client. */
class RelayFuzzTest {
    @Property(tries = 150)
    void anyMessages_endAtMostTheirCircuit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int count) {
        RelayKit kit = RelayKit.honest(3);
        kit.exits.names.put("a.example", ImmutableList.of(RelayKit.address(203, 0, 113, 7)));
        CellClient bystander = kit.client(0, 1, 2);
        CellClient client = kit.client(0, 1, 2);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            client.sendBody(random.nextInt(3), anyBody(random), command(random));
            kit.loop.run();
        }
        bystander.send(1, Begin.to("a.example", 80, 0));
        assertThat(bystander.last().command()).isEqualTo(RelayCommand.CONNECTED);
    }

    private static CellCommand command(Random random) {
        return random.nextInt(4) == 0 ? CellCommand.RELAY_EARLY : CellCommand.RELAY;
    }

    private static byte[] anyBody(Random random) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        random.nextBytes(body);
        body[0] = (byte) (random.nextInt(5) == 0 ? random.nextInt(256) : random.nextInt(45));
        body[1] = 0;
        body[2] = 0;
        body[3] = 0;
        body[4] = (byte) random.nextInt(3);
        int length = random.nextInt(10) == 0 ? random.nextInt(65536) : random.nextInt(499);
        body[9] = (byte) (length >>> 8);
        body[10] = (byte) length;
        if (random.nextBoolean()) {
            byte[] text = "a.example:80\0".getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, body, 11, text.length);
        }
        return body;
    }

    @Property(tries = 150)
    void anyCells_endAtMostTheirCircuit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) {
        RelayKit kit = RelayKit.honest(2);
        CellClient bystander = kit.client(0, 1);
        CellClient client = kit.client(0, 1);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[CellFrame.CELL_BODY_LEN];
            random.nextBytes(body);
            if (random.nextBoolean()) {
                body[0] = 0;
                body[1] = (byte) random.nextInt(4);
                body[2] = 0;
            }
            int circuitId = random.nextBoolean() ? 0x80000001 : random.nextInt(4) | random.nextInt(2) << 31;
            client.sendRaw(circuitId, CellCommand.ofWire(random.nextInt(14)), body);
        }
        bystander.take();
        bystander.send(1, Begin.to("nowhere.example", 80, 0));
        assertThat(bystander.last().command()).isEqualTo(RelayCommand.END);
    }

    @Property(tries = 500)
    void anyName_isNoAddressOrOne(@ForAll("names") String name) {
        assertThatNoException().isThrownBy(() -> ExitStream.literal(name));
        assertThatNoException().isThrownBy(() -> Resolution.reversed(name + ".in-addr.arpa"));
        assertThatNoException().isThrownBy(() -> Resolution.reversed(name + ".ip6.arpa"));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("[]:.%0123456789abcdef").ofMaxLength(70),
                Arbitraries.strings().withCharRange('!', '~').ofMaxLength(40));
    }

    @Test
    void addressesWithScopes_areNames() {
        assertThat(ExitStream.literal("[fe80::1%lo]")).isEmpty();
        assertThat(ExitStream.literal("fe80::1%25")).isEmpty();
        assertThat(ExitStream.literal("[fe80::1]")).isPresent();
    }

    @Property(tries = 200)
    void byteQueue_givesBackWhatWentIn(
            @ForAll @Size(max = 20) List<@StringLength(max = 90) @AlphaChars String> chunks,
            @ForAll @IntRange(min = 1, max = 50) int step) {
        ByteQueue queue = new ByteQueue();
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        for (String text : chunks) {
            byte[] chunk = text.getBytes(StandardCharsets.US_ASCII);
            queue.add(chunk, 0, chunk.length);
            in.writeBytes(chunk);
        }
        assertThat(queue.size()).isEqualTo(in.size());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[step];
        for (int n = queue.take(buffer, 0, step); n > 0; n = queue.take(buffer, 0, step)) {
            out.write(buffer, 0, n);
        }
        assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
        assertThat(queue.isEmpty()).isTrue();
    }
}
