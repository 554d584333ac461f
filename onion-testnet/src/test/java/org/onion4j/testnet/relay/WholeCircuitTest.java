package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/** The client's own channels, circuits and streams through whole relays: TLS, links, cells, all of it. */
class WholeCircuitTest {
    private final MemoryRelays relays = new MemoryRelays(4);

    @AfterEach
    void close() {
        relays.close();
    }

    @ParameterizedTest
    @EnumSource
    void threeHops_fetchFromADestination(HopTarget.Handshake handshake) throws Exception {
        relays.serve("shop.example", 80, Echo::new);
        try (Circuit circuit = relays.circuit(handshake, 0, 1, 2);
                DataStream stream = circuit.openStream(Begin.to("shop.example", 80, 0))) {
            byte[] question = "question".getBytes(StandardCharsets.US_ASCII);
            stream.write(question, 0, question.length);
            byte[] answer = new byte[question.length];
            readFully(stream, answer);
            assertThat(answer).isEqualTo(question);
        }
    }

    @Test
    void megabytes_bothWays_comeBackAsTheyWere() throws Exception {
        relays.serve("shop.example", 80, Echo::new);
        byte[] all = new byte[4_000_000];
        new Random(5).nextBytes(all);
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR_V3, 0, 1, 2);
                DataStream stream = circuit.openStream(Begin.to("shop.example", 80, 0))) {
            Thread writer = new Thread(() -> write(stream, all));
            writer.start();
            byte[] back = new byte[all.length];
            readFully(stream, back);
            writer.join();
            assertThat(Arrays.equals(back, all)).isTrue();
            assertThat(circuit.isOpen()).isTrue();
        }
    }

    private static void write(DataStream stream, byte[] all) {
        try {
            stream.write(all, 0, all.length);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void destinationThatEnds_isTheEndOfTheStream() throws Exception {
        relays.serve("bye.example", 80, wire -> {
            byte[] bye = "bye".getBytes(StandardCharsets.US_ASCII);
            wire.write(bye, 0, bye.length);
            wire.close();
        });
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 0, 1, 2);
                DataStream stream = circuit.openStream(Begin.to("bye.example", 80, 0))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[100];
            for (int n = stream.read(buffer, 0, 100); n >= 0; n = stream.read(buffer, 0, 100)) {
                out.write(buffer, 0, n);
            }
            assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("bye");
        }
    }

    @Test
    void relayThatDies_closesTheCircuit() throws Exception {
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 0, 1, 2)) {
            relays.onLoop(() -> {
                relays.node(2).relay().close();
                return null;
            });
            assertThat(MemoryRelays.get(circuit.closed())).isNotNull();
        }
    }

    private static void readFully(DataStream stream, byte[] target) throws java.io.IOException {
        for (int at = 0; at < target.length; ) {
            int n = stream.read(target, at, target.length - at);
            assertThat(n).isPositive();
            at += n;
        }
    }

    /** Sends everything back. */
    private static final class Echo implements WireListener {
        private static final int HIGH = 100_000;
        private final Wire wire;

        Echo(Wire wire) {
            this.wire = wire;
            wire.start(this);
        }

        @Override
        public void onBytes(byte[] bytes, int offset, int length) {
            wire.write(bytes, offset, length);
            if (wire.queuedBytes() > HIGH) {
                wire.pause();
            }
        }

        @Override
        public void onDrained() {
            wire.resume();
        }

        @Override
        public void onClosed(Throwable causeOrNull) {
            wire.close();
        }
    }
}
