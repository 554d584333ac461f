package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;

/**
 * What relays could tell of clients, over many circuits and under each fault: only the first hop knows the client, only the
 * last one what the client wanted, no relay comes twice in a circuit, and streams of different isolation share none.
 */
class PrivacyTest {
    private static final int TOKENS = 4;
    private static final int STREAMS = 24;
    private static final int HOPS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    /** What goes wrong while streams are opened. */
    private enum Fault {
        NONE,
        DEAD_RELAYS,
        FROZEN_RELAY,
        DELAY,
        NARROW_LINKS,
        LOST_CELLS,
        CHANGED_CELLS,
        PARTITION,
        WRONG_CLOCKS,
        SILENT_DIRECTORIES,
        FORGING_DIRECTORIES,
        AUTHORITY_WITHOUT_SIGNATURE,
        LYING_EXIT,
        FORGING_MIDDLE;

        void inflict(TestNetwork network, Random random) {
            List<TestRelay> relays = network.relays();
            TestRelay exit = network.exits().get(0);
            TestRelay middle = network.relay("relay" + (1 + random.nextInt(6)));
            switch (this) {
                case NONE -> {}
                case DEAD_RELAYS -> {
                    exit.kill();
                    middle.kill();
                }
                case FROZEN_RELAY -> middle.freeze();
                case DELAY -> relays.forEach(relay -> relay.delay(Duration.ofMillis(5)));
                case NARROW_LINKS -> relays.forEach(relay -> relay.limitBandwidth(200_000));
                case LOST_CELLS -> middle.dropCell(10 + random.nextInt(20));
                case CHANGED_CELLS -> relays.forEach(relay -> relay.corruptCell(10 + random.nextInt(40)));
                case PARTITION -> {
                    network.partition(exit, middle);
                    network.partition(network.relay("relay1"), network.relay("relay2"));
                }
                case WRONG_CLOCKS -> relays.forEach(relay -> relay.skewClock(Duration.ofHours(random.nextInt(9) - 4)));
                case SILENT_DIRECTORIES -> middle.deceive(DirectoryFault.SILENT);
                case FORGING_DIRECTORIES -> middle.deceive(DirectoryFault.FORGED);
                case AUTHORITY_WITHOUT_SIGNATURE -> network.authorities().get(0).withholdSignature();
                case LYING_EXIT -> exit.host().script(new Liar());
                case FORGING_MIDDLE -> middle.host().script(new Forger());
            }
        }
    }

    /** Says that it has connected to the client's own machine. */
    private static final class Liar implements RelayScript {
        @Override
        public boolean onSend(ScriptedCircuit circuit, byte[] body) {
            if (RelayBody.command(body, 0) == RelayCommand.CONNECTED.wire()) {
                circuit.send(RelayBody.streamId(body, 0), Connected.to(InetAddresses.forString("127.0.0.1"), 60));
                return false;
            }
            return true;
        }
    }

    /** Puts cells of its own before some of those to the client. */
    private static final class Forger implements RelayScript {
        @Override
        public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
            if (direction == Direction.BACKWARD && circuit.random().nextInt(20) == 0) {
                circuit.sendGarbage();
            }
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void noRelayLearnsBothEnds(Fault fault) throws Exception {
        long seed = fault.name().hashCode();
        Random random = new Random(seed);
        try (TestNetwork network = TestNetwork.builder().seed(seed).build()) {
            for (int token = 0; token < TOKENS; token++) {
                network.serve(host(token), 80, Handlers.sends(host(token).getBytes(StandardCharsets.US_ASCII)));
            }
            int opened = 0;
            try (OnionClient client = network.newClient()) {
                client.bootstrap();
                fault.inflict(network, random);
                List<StreamOptions> options = new ArrayList<>();
                for (int token = 0; token < TOKENS; token++) {
                    options.add(StreamOptions.builder()
                            .isolation(IsolationToken.create())
                            .timeout(LIMIT)
                            .build());
                }
                for (int i = 0; i < STREAMS; i++) {
                    int token = random.nextInt(TOKENS);
                    if (fetched(client, host(token), options.get(token))) {
                        opened++;
                    }
                }
            }
            assertThat(opened).as("streams that worked").isGreaterThan(STREAMS / 4);
            assertPrivate(network);
        }
    }

    private static String host(int token) {
        return "token" + token + ".example";
    }

    private static boolean fetched(OnionClient client, String host, StreamOptions options) {
        try (OnionStream stream = client.openStream(host, 80, options)) {
            stream.setReadTimeout(LIMIT);
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).equals(host);
        } catch (OnionException e) {
            return false; // the fault's doing
        } catch (IOException e) {
            throw new AssertionError("an error without a type", e);
        }
    }

    private static void assertPrivate(TestNetwork network) {
        Map<TestRelay, List<SeenCircuit>> seen = new HashMap<>();
        network.relays().forEach(relay -> seen.put(relay, relay.seen()));
        int paths = 0;
        for (Map.Entry<TestRelay, List<SeenCircuit>> entry : seen.entrySet()) {
            for (SeenCircuit circuit : entry.getValue()) {
                assertThat(circuit.knowsClient() && circuit.knowsDestination())
                        .as("%s knows both ends of %s", entry.getKey(), circuit)
                        .isFalse();
                if (circuit.knowsDestination()) {
                    assertThat(network.exits()).contains(entry.getKey());
                    assertThat(circuit.next()).isEmpty();
                    assertOneToken(circuit);
                    assertPath(network, entry.getKey(), circuit, seen);
                    paths++;
                } else {
                    assertThat(circuit.toString()).doesNotContain("example");
                }
            }
        }
        assertThat(paths).isGreaterThanOrEqualTo(TOKENS);
    }

    private static void assertOneToken(SeenCircuit circuit) {
        Set<String> hosts = new HashSet<>();
        circuit.destinations().forEach(destination -> hosts.add(destination.host()));
        assertThat(hosts).as("destinations on one circuit").hasSize(1);
    }

    /** Follows a circuit back from its exit to the client. */
    private static void assertPath(
            TestNetwork network, TestRelay exit, SeenCircuit last, Map<TestRelay, List<SeenCircuit>> seen) {
        Set<TestRelay> path = new HashSet<>();
        TestRelay relay = exit;
        SeenCircuit circuit = last;
        path.add(exit);
        while (!circuit.knowsClient()) {
            TestRelay before = network.relay(circuit.previous().relay().orElseThrow());
            String name = relay.nickname();
            int id = circuit.previousCircuitId();
            circuit = seen.get(before).stream()
                    .filter(one -> one.nextCircuitId().isPresent()
                            && one.nextCircuitId().getAsInt() == id
                            && one.next()
                                    .flatMap(SeenCircuit.Peer::relay)
                                    .orElse("")
                                    .equals(name))
                    .findAny()
                    .orElseThrow(() -> new AssertionError(before + " has not seen the circuit to " + name));
            assertThat(path.add(before))
                    .as("%s for the first time on a path", before)
                    .isTrue();
            relay = before;
        }
        assertThat(path).hasSize(HOPS);
    }
}
