package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;

/** T07: the channel is lost while circuits are open, half built and writing. */
@Timeout(60)
class ChannelLossTest {
    private static final int CIRCUITS = 5;
    private static final int DATA_LEN = 498;

    @RegisterExtension
    final CircuitFixture client = new CircuitFixture();

    /** How many times each future has told something. */
    private final Map<String, AtomicInteger> told = new ConcurrentHashMap<>();

    /** Loses the link at a message of data, in one of three ways; leaves handshakes unanswered once it is told to. */
    private static final class Losing implements RelayScript {
        private final int atMessage;
        private final int way;
        private final AtomicInteger messages = new AtomicInteger();
        private volatile boolean answers = true;

        Losing(int atMessage, int way) {
            this.atMessage = atMessage;
            this.way = way;
        }

        @Override
        public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
            if (answers) {
                link.answerCreate(circuitId, create);
            }
        }

        @Override
        public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
            if (answers) {
                hop.answerExtend(extend);
            }
        }

        @Override
        public void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
            RelayScript.super.onMessage(hop, streamId, message);
            if (message instanceof Data && messages.incrementAndGet() == atMessage) {
                lose(hop.circuit().link());
            }
        }

        private void lose(ScriptedLink link) throws Exception {
            switch (way) {
                case 0 -> link.reset();
                case 1 -> link.close();
                default -> {
                    link.sendRaw(new byte[100]); // part of a cell
                    link.close();
                }
            }
        }
    }

    private void note(String what, CompletableFuture<?> future) {
        AtomicInteger count = told.computeIfAbsent(what + told.size(), k -> new AtomicInteger());
        future.whenComplete((value, failure) -> count.incrementAndGet());
    }

    private static void assertLost(Running<?> running) throws Exception {
        StreamException failure = streamFailure(running.result());
        assertThat(failure.kind()).isEqualTo(StreamException.Kind.CIRCUIT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void t07_channelLostAtSeededPoint_everybodyHearsOnce(int seed) throws Exception {
        client.channelMayEnd();
        Losing script = new Losing(1 + new SplittableRandom(seed).nextInt(CIRCUITS * 400), seed % 3);
        client.script(script);
        List<Built> circuits = new ArrayList<>();
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < CIRCUITS; i++) {
            Built circuit = client.build(1 + i % 3);
            circuits.add(circuit);
            streams.add(circuit.open());
            streams.add(circuit.begin());
        }
        script.answers = false;
        CompletableFuture<Void> creating = client.newCircuit().create(client.target(0, HopTarget.Handshake.NTOR_V3));
        CompletableFuture<Void> extending =
                circuits.get(0).circuit().extend(client.target(1, HopTarget.Handshake.NTOR));
        CompletableFuture<Resolved> resolving = circuits.get(1).circuit().resolve(new Resolve("a.test"));
        note("creating", creating);
        note("extending", extending);
        note("resolving", resolving);
        circuits.forEach(c -> note("circuit", c.circuit().closed()));
        streams.forEach(s -> note("stream", s.client().closed()));
        streams.forEach(s -> note("connected", s.client().connected()));

        List<Running<?>> blocked = new ArrayList<>();
        for (Stream stream : streams) {
            blocked.add(client.run(() -> stream.client().read(new byte[1], 0, 1)));
            blocked.add(client.run(() -> {
                byte[] part = new byte[100 * DATA_LEN];
                while (true) {
                    stream.client().write(part, 0, part.length);
                }
            }));
        }

        assertThat(circuitFailure(creating).kind()).isEqualTo(CircuitException.Kind.CHANNEL);
        assertThat(circuitFailure(extending).kind()).isEqualTo(CircuitException.Kind.CHANNEL);
        assertThat(streamFailure(resolving).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        for (Built circuit : circuits) {
            CircuitException cause = get(circuit.circuit().closed());
            assertThat(cause.kind()).isEqualTo(CircuitException.Kind.CHANNEL);
            assertThat(cause).hasCauseInstanceOf(ChannelException.class);
            assertThat(circuit.circuit().streamCount()).isZero();
        }
        for (Running<?> one : blocked) {
            assertLost(one);
        }
        assertThat(get(client.channel().closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
        assertThat(client.channel().circuitCount()).isZero();
        assertThat(told.values()).allSatisfy(count -> assertThat(count).hasValue(1));
        assertThatThrownBy(client::newCircuit).isInstanceOf(ChannelException.class);

        client.script(RelayScript.honest());
        client.reopenChannel();
        client.build(2).open();
    }
}
