package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.CircuitException.Kind;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.testing.BreakableRandom;

/** T90: randomness that fails at any step of a circuit's life fails that step, and nobody waits for ever. */
@Timeout(60)
class RandomFailureTest {
    private static final int PADDING_POOL_USES = 50; // messages after which new padding must have been drawn
    private static final Begin BEGIN = new Begin("a.test", 80, 0);

    private final BreakableRandom random = new BreakableRandom();

    @RegisterExtension
    final CircuitFixture client = new CircuitFixture().random(random);

    @AfterEach
    void repair() {
        random.repair();
    }

    private static void assertLocal(CircuitException failure) {
        assertThat(failure.kind()).isEqualTo(Kind.LOCAL);
        assertThat(failure).hasCauseInstanceOf(RandomnessException.class);
    }

    /** The circuit closed for it, and the relay was told. */
    private void assertClosed(Built built) throws Exception {
        assertLocal(get(built.circuit().closed()));
        client.awaitDestroy(built);
        random.repair();
    }

    @Test
    void t90_newCircuit_isRefused() {
        random.fail();
        assertThatThrownBy(client::newCircuit)
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.LOCAL));
        assertThat(client.channel().circuitCount()).isEqualTo(1);
    }

    @Test
    void t90_firstHop_failsAndNoCreateIsSent() throws Exception {
        long before =
                client.link().received(CellCommand.CREATE2) + client.link().received(CellCommand.CREATE_FAST);
        Circuit one = client.newCircuit();
        Circuit other = client.newCircuit();
        random.fail();
        assertLocal(circuitFailure(one.createFast()));
        assertLocal(circuitFailure(other.create(client.target(0, HopTarget.Handshake.NTOR))));
        assertThat(client.link().received(CellCommand.CREATE2) + client.link().received(CellCommand.CREATE_FAST))
                .isEqualTo(before);
        random.repair();
        get(one.createFast()); // it can be tried again
    }

    @Test
    void t90_nextHop_failsAndTheCircuitIsAsItWas() throws Exception {
        Built built = client.build(1);
        random.fail();
        assertLocal(circuitFailure(built.circuit().extend(client.target(1, HopTarget.Handshake.NTOR_V3))));
        random.repair();
        get(built.circuit().extend(client.target(1, HopTarget.Handshake.NTOR_V3)));
    }

    /** What a hop draws when its handshake has ended. */
    @Test
    void t90_answerToAHandshake_closesTheCircuitAndFailsWhoWaits() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
                mayAnswer.await();
                hop.answerExtend(extend);
            }
        });
        Built built = client.build(1);
        CompletableFuture<Void> extended = built.circuit().extend(client.target(1, HopTarget.Handshake.NTOR));
        random.fail();
        mayAnswer.countDown();
        assertLocal(circuitFailure(extended));
        assertClosed(built);
    }

    @Test
    void t90_newStreams_failTypedAndNoneIsLeft() throws Exception {
        Built built = client.build(1);
        DataStream first = built.circuit().openStream(BEGIN);
        random.fail();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < PADDING_POOL_USES; i++) {
                        built.circuit().openStream(BEGIN);
                    }
                })
                .isInstanceOfSatisfying(
                        CircuitException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOCAL));
        assertThat(streamFailure(first.connected()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        get(first.closed());
        assertClosed(built);
    }

    @Test
    void t90_lookUps_failTyped() throws Exception {
        Built built = client.build(1);
        CompletableFuture<Resolved> first = built.circuit().resolve(new Resolve("a.test"));
        random.fail();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < PADDING_POOL_USES; i++) {
                        built.circuit().resolve(new Resolve("a.test"));
                    }
                })
                .isInstanceOf(CircuitException.class);
        assertThat(streamFailure(first).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        assertClosed(built);
    }

    @Test
    void t90_write_failsTypedAndWakesTheReader() throws Exception {
        Built built = client.build(1);
        Stream stream = built.open();
        Running<Integer> reader = client.run(() -> stream.client().read(new byte[1], 0, 1));
        reader.awaitBlocked();
        random.fail();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < PADDING_POOL_USES; i++) {
                        stream.client().write(new byte[] {1}, 0, 1);
                    }
                })
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CIRCUIT));
        assertThat(streamFailure(reader.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        assertClosed(built);
        for (int i = 0; i < 128; i++) { // no room in the queue has been lost
            client.channel().reserve(1, () -> false);
        }
        for (int i = 0; i < 128; i++) {
            client.channel().unreserve();
        }
    }

    @Test
    void t90_closingStreams_endsThemAll() throws Exception {
        Built built = client.build(1);
        Stream[] streams = new Stream[PADDING_POOL_USES];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = built.open();
        }
        random.fail();
        for (Stream stream : streams) {
            stream.client().close();
            get(stream.client().closed());
        }
        assertThat(built.circuit().streamCount()).isZero();
        assertClosed(built);
    }

    /** The reader itself has to answer with a SENDME. */
    @Test
    void t90_acknowledging_closesTheCircuitAndNotTheChannel() throws Exception {
        Built built = client.build(1);
        Stream stream = built.open();
        random.fail();
        Running<Void> sender = client.run(() -> {
            try {
                stream.hop().sendData(stream.id(), new byte[498 * 100 * PADDING_POOL_USES]);
            } catch (IOException e) {
                return null; // the circuit has gone
            }
            return null;
        });
        byte[] buffer = new byte[10_000];
        assertThatThrownBy(() -> {
                    int count = 1;
                    while (count > 0) {
                        count = stream.client().read(buffer, 0, buffer.length);
                    }
                })
                .isInstanceOf(StreamException.class);
        assertClosed(built);
        get(sender.result());
        assertThat(client.channel().isOpen()).isTrue();
    }
}
