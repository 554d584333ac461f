package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.testing.ReceivedCell;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.SystemRandom;

/** T09: CREATED2 and EXTENDED2 whose length lies. The circuit closes, the channel goes on. */
@Timeout(60)
class CircuitHandshakeHostileTest {
    private final LyingScript script = new LyingScript();
    private ScriptedRelay relay;
    private TestEnvironment environment;
    private Channel channel;

    /** Answers as it is told to, where it is told to. */
    private static final class LyingScript implements RelayScript {
        volatile Bytes created2; // the whole body, instead of the honest one
        volatile Bytes extended2; // the whole data

        @Override
        public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
            if (created2 == null) {
                link.answerCreate(circuitId, create);
            } else {
                link.send(circuitId, CellCommand.CREATED2, created2.toArray());
            }
        }

        @Override
        public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
            if (extended2 == null) {
                hop.answerExtend(extend);
            } else {
                hop.send(0, RelayCommand.EXTENDED2, extended2);
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        relay = ScriptedRelay.builder().count(2).script(script).start();
        environment = new TestEnvironment();
        channel = environment.openNow(relay);
    }

    @AfterEach
    void close() throws Exception {
        channel.close();
        environment.close();
        relay.close();
        relay.assertNoFailures();
    }

    @ParameterizedTest
    @CsvSource({
        "0, PROTOCOL",
        "497, PROTOCOL",
        "507, PROTOCOL",
        "508, PROTOCOL",
        "65535, PROTOCOL",
        "1, HANDSHAKE",
        "496, HANDSHAKE"
    })
    void t09_created2WithLyingLength_closesTheCircuitAlone(int claim, CircuitException.Kind kind) throws Exception {
        script.created2 = lengthAndZeros(claim, CellFrame.CELL_BODY_LEN);
        Circuit circuit = newCircuit();
        assertFailure(circuit.create(target(relay.keys())), kind);
        assertDestroyedByClient();
        script.created2 = null;
        Circuit next = newCircuit();
        TestEnvironment.get(next.create(target(relay.keys())));
        next.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, PROTOCOL",
        "0, 1, PROTOCOL",
        "0, 2, PROTOCOL",
        "1, 2, PROTOCOL",
        "2, 3, PROTOCOL",
        "65535, 498, PROTOCOL",
        "497, 498, PROTOCOL",
        "496, 497, PROTOCOL",
        "1, 3, HANDSHAKE",
        "496, 498, HANDSHAKE"
    })
    void t09_extended2WithLyingLength_closesTheCircuitAlone(int claim, int length, CircuitException.Kind kind)
            throws Exception {
        script.extended2 = lengthAndZeros(claim, length);
        Circuit circuit = newCircuit();
        TestEnvironment.get(circuit.create(target(relay.keys())));
        assertFailure(circuit.extend(target(relay.relays().get(1))), kind);
        assertDestroyedByClient();
        script.extended2 = null;
        Circuit next = newCircuit();
        TestEnvironment.get(next.create(target(relay.keys())));
        TestEnvironment.get(next.extend(target(relay.relays().get(1))));
        assertThat(next.length()).isEqualTo(2);
        next.close();
    }

    private Circuit newCircuit() throws Exception {
        return Circuit.on(channel, CircuitParameters.DEFAULT, new SystemRandom(), Ticker.systemTicker());
    }

    private static HopTarget target(RelayKeys keys) {
        return new HopTarget(
                keys.rsaIdentity(),
                Optional.of(keys.ed25519Identity()),
                keys.ntorOnionKey(),
                (Inet4Address) InetAddress.getLoopbackAddress(),
                9001,
                HopTarget.Handshake.NTOR,
                false);
    }

    private static void assertFailure(CompletableFuture<?> step, CircuitException.Kind kind) {
        assertThat(TestEnvironment.failure(step))
                .isInstanceOfSatisfying(
                        CircuitException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    /** An origin never explains itself. */
    private void assertDestroyedByClient() throws Exception {
        ReceivedCell cell = relay.awaitCell(CellCommand.DESTROY);
        assertThat(cell.message()).isEqualTo(new Destroy(DestroyReason.NONE));
        assertThat(channel.isOpen()).isTrue();
    }

    private static Bytes lengthAndZeros(int claim, int length) {
        byte[] bytes = new byte[Math.max(length, 2)];
        bytes[0] = (byte) (claim >>> 8);
        bytes[1] = (byte) claim;
        return Bytes.copyOf(bytes, 0, length);
    }
}
