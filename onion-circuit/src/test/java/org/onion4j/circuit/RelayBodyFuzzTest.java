package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.CircuitException.Kind;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Anything that a hop can say, and any answer to a handshake: the circuit goes on or closes with the relay at fault. The
 * fixture sees after each test that the channel's reader lives and nothing was logged.
 */
@Timeout(60)
class RelayBodyFuzzTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** What a relay may bring a circuit to. CLOSED, CHANNEL and TIMEOUT would be our doing. */
    private static final ImmutableSet<Kind> FAULTS = ImmutableSet.of(Kind.PROTOCOL, Kind.DESTROYED);

    /** A circuit with stream IDs in many states. */
    private record Prey(Built circuit, List<Integer> ids) {
        static Prey make(int hops) throws Exception {
            Built circuit = hops == 1 ? client.fast() : client.build(hops);
            List<Integer> ids = new ArrayList<>(List.of(0, 1, 65535));
            ids.add(circuit.open().id());
            ids.add(circuit.begin().id());
            CircuitFixture.Stream closed = circuit.open();
            closed.client().close();
            ids.add(closed.id());
            CircuitFixture.Stream early = circuit.begin();
            early.client().close();
            ids.add(early.id());
            ids.add(circuit.circuit().openDirectory().streamId());
            circuit.circuit().resolve(new Resolve("a.test"));
            ids.add(client.relay().awaitMessage(Resolve.class).streamId());
            circuit.circuit().resolve(new Resolve("b.test")).cancel(false);
            ids.add(client.relay().awaitMessage(Resolve.class).streamId());
            return new Prey(circuit, ids);
        }
    }

    private static RelayMessage valid(SplittableRandom random) throws Exception {
        byte[] bytes = new byte[random.nextInt(499)];
        random.nextBytes(bytes);
        return switch (random.nextInt(8)) {
            case 0 -> new Data(Bytes.copyOf(bytes));
            case 1 -> End.of(EndReason.ofWire(random.nextInt(256)));
            case 2 -> Connected.to(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 9);
            case 3 -> Sendme.withTag(Bytes.copyOf(new byte[20]));
            case 4 -> Resolved.error(Resolved.ERROR_TRANSIENT);
            case 5 ->
                new Resolved(ImmutableList.of(
                        Resolved.Answer.of(InetAddress.getByAddress(new byte[16]), 9),
                        Resolved.Answer.of("a.test", 9)));
            case 6 -> new Truncated(DestroyReason.ofWire(random.nextInt(256)));
            default -> new Extended2(Bytes.copyOf(new byte[1 + random.nextInt(496)]));
        };
    }

    /** Noise with a plausible head, or a good message with some bytes changed. */
    private static byte[] body(SplittableRandom random, List<Integer> ids) throws Exception {
        int id = random.nextInt(10) == 0 ? random.nextInt(65536) : ids.get(random.nextInt(ids.size()));
        byte[] body = new byte[509];
        if (random.nextBoolean()) {
            random.nextBytes(body);
            int length = random.nextInt(4) == 0 ? random.nextInt(65536) : random.nextInt(30);
            body[0] = (byte) (random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(16));
            body[3] = (byte) (id >>> 8);
            body[4] = (byte) id;
            body[9] = (byte) (length >>> 8);
            body[10] = (byte) length;
        } else {
            RelayBody.encode(valid(random), id, (target, offset, length) -> {}, body, 0);
            for (int i = random.nextInt(4); i > 0; i--) {
                body[RelayBody.HEADER_LEN + random.nextInt(30)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                body[10] = (byte) random.nextInt(256);
            }
        }
        body[1] = 0; // recognized; the digest is put in later
        body[2] = 0;
        return body;
    }

    @Test
    void anyBodyFromAnyHop_isHandledOrClosesTheCircuit() throws Exception {
        int closed = 0;
        for (int seed = 0; seed < 250; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Prey prey = Prey.make(seed % 5 == 0 ? 3 : 1);
            Built circuit = prey.circuit();
            try {
                for (int i = 0; i < 12; i++) {
                    circuit.hop(random.nextInt(circuit.relay().hops().size())).sendBody(body(random, prey.ids()));
                }
            } catch (ClientGoneException e) {
                assertThat(circuit.circuit().isOpen()).as("seed %s", seed).isFalse();
            }
            client.awaitHandled();
            if (!circuit.circuit().isOpen()) {
                assertThat(get(circuit.circuit().closed()).kind())
                        .as("seed %s", seed)
                        .isIn(FAULTS);
                assertThat(get(circuit.circuit().closed()).getMessage()).doesNotContain("internal");
                assertThat(circuit.circuit().streamCount()).isZero();
                client.awaitDestroy(circuit);
                closed++;
            }
            circuit.circuit().close();
        }
        assertThat(closed).isBetween(100, 250); // else what is tried is not worth trying
    }

    @Test
    void anyAnswerToACreate_opensOrClosesTheCircuit() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        CellCommand[] answers = {
            CellCommand.CREATED2, CellCommand.CREATED_FAST, CellCommand.DESTROY, CellCommand.RELAY, CellCommand.CREATED
        };
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                byte[] body = new byte[509];
                random.nextBytes(body);
                if (random.nextBoolean()) {
                    body[0] = 0;
                    body[1] = 64; // as long as it ought to be
                }
                link.send(circuitId, answers[random.nextInt(answers.length)], body);
            }
        });
        for (int i = 0; i < 100; i++) {
            Circuit circuit = client.newCircuit();
            CompletableFuture<Void> step = i % 3 == 0
                    ? circuit.createFast()
                    : circuit.create(
                            client.target(0, i % 3 == 1 ? HopTarget.Handshake.NTOR : HopTarget.Handshake.NTOR_V3));
            assertThat(CircuitFixture.circuitFailure(step).kind()).isIn(Kind.PROTOCOL, Kind.HANDSHAKE, Kind.DESTROYED);
            assertThat(get(circuit.closed()).getMessage()).doesNotContain("internal");
            assertThat(circuit.length()).isZero();
        }
    }

    @Test
    void anyAnswerToAnExtend_opensOrClosesTheCircuit() throws Exception {
        SplittableRandom random = new SplittableRandom(6);
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
                byte[] body = body(random, List.of(0));
                if (random.nextBoolean()) {
                    body[0] = 15;
                }
                hop.sendBody(body);
                hop.circuit().destroy(DestroyReason.FINISHED); // for those that change nothing
            }
        });
        for (int i = 0; i < 100; i++) {
            Circuit circuit = client.fast().circuit();
            CompletableFuture<Void> step = circuit.extend(
                    client.target(1, i % 2 == 0 ? HopTarget.Handshake.NTOR : HopTarget.Handshake.NTOR_V3));
            assertThat(CircuitFixture.circuitFailure(step).kind()).isIn(Kind.PROTOCOL, Kind.HANDSHAKE, Kind.DESTROYED);
            assertThat(get(circuit.closed()).getMessage()).doesNotContain("internal");
            assertThat(circuit.length()).isEqualTo(1);
        }
    }
}
