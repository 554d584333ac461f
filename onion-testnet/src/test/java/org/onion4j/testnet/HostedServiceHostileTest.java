package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.junit.OnionNetwork;

/** A service of ours among relays that don't do what introduction points and rendezvous points should. */
@Timeout(120)
class HostedServiceHostileTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final byte[] TEXT = "echo".getBytes(StandardCharsets.US_ASCII);
    private static final int COPIES = 200;

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(stream.getInputStream().readNBytes(TEXT.length));
        }
    }

    private static OnionService host(OnionClient client) throws OnionException {
        OnionService service = client.host(OnionServiceConfig.builder()
                .inMemoryOnly()
                .port(80, HostedServiceHostileTest::echo)
                .build());
        service.awaitPublished(LIMIT);
        return service;
    }

    private static void assertEchoes(OnionClient client, OnionService service) throws IOException {
        try (OnionStream stream = client.openStream(service.address(), 80)) {
            stream.setReadTimeout(LIMIT);
            stream.getOutputStream().write(TEXT);
            assertThat(stream.getInputStream().readNBytes(TEXT.length)).isEqualTo(TEXT);
        }
    }

    /** How often relays were sent such a message by whoever built the circuit. */
    private static long received(TestNetwork network, String message) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream())
                .flatMap(seen -> seen.cells().stream())
                .filter(cells -> cells.message().equals(Optional.of(message)))
                .mapToLong(SeenCircuit.Cells::count)
                .sum();
    }

    private static void hostile(TestNetwork network, Hostility hostility) {
        network.relays().forEach(relay -> relay.hostile(hostility));
    }

    /** An INTRODUCE2 that is well-formed, for nobody. */
    private static byte[] nobodys() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[20]);
        out.writeBytes(new byte[] {2, 0, 32});
        out.writeBytes(new byte[32]);
        out.write(0);
        out.writeBytes(new byte[160]);
        return out.toByteArray();
    }

    @Test
    @OnionNetwork(seed = 49, relays = 10)
    void t49_anIntroductionPointThatReplays_makesUsMeetTheClientOnce(TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host(host)) {
            hostile(network, passing -> {
                if (!passing.isFromRelay("INTRODUCE2")) {
                    return Reaction.pass();
                }
                Forgery again = Forgery.message("INTRODUCE2", 0, passing.data());
                return Reaction.pass().after(Collections.nCopies(COPIES, again).toArray(Forgery[]::new));
            });

            assertEchoes(client, service);

            assertThat(received(network, "RENDEZVOUS1")).isEqualTo(1);
        }
    }

    /** Relays keep all introductions, and let them happen again as soon as the service comes back from its state. */
    @Test
    @OnionNetwork(seed = 55, relays = 10)
    void t49_whatIntroductionPointsHaveSeen_isOfNoUseAfterARestart(
            TestNetwork network, OnionClient client, @TempDir Path state) throws Exception {
        Queue<byte[]> introductions = new ConcurrentLinkedQueue<>();
        Queue<String> keys = new ConcurrentLinkedQueue<>(); // of introduction points, in hexadecimal digits
        hostile(network, passing -> {
            if (passing.isFromClient("ESTABLISH_INTRO")) {
                keys.add(HexFormat.of().formatHex(passing.data(), 3, 35));
            } else if (passing.isFromRelay("INTRODUCE2")) {
                introductions.add(passing.data());
            } else if (passing.isFromRelay("INTRO_ESTABLISHED")) {
                return Reaction.pass()
                        .after(introductions.stream()
                                .map(data -> Forgery.message("INTRODUCE2", 0, data))
                                .toArray(Forgery[]::new));
            }
            return Reaction.pass();
        });
        OnionServiceConfig config = OnionServiceConfig.builder()
                .port(80, HostedServiceHostileTest::echo)
                .build();
        String address;
        try (OnionClient host = network.clientBuilder().stateDirectory(state).build();
                OnionService service = host.host(config)) {
            service.awaitPublished(LIMIT);
            assertEchoes(client, service);
            address = service.address();
        }
        assertThat(introductions).isNotEmpty();
        List<String> before = List.copyOf(keys);
        keys.clear();
        long meetings = received(network, "RENDEZVOUS1");

        try (OnionClient host = network.clientBuilder().stateDirectory(state).build();
                OnionService service = host.host(config)) {
            service.awaitPublished(LIMIT);
            assertThat(service.address()).isEqualTo(address);
            assertThat(keys).isNotEmpty().doesNotContainAnyElementsOf(before);
            assertThat(received(network, "RENDEZVOUS1")).isEqualTo(meetings);
        }
    }

    @Test
    @OnionNetwork(seed = 50, relays = 10)
    void t53_introductionsForNobody_inAFlood_leaveOthersTheirTurn(TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionClient host = network.newClient()) {
            hostile(network, passing -> {
                if (!passing.isFromRelay("INTRO_ESTABLISHED")) {
                    return Reaction.pass();
                }
                Forgery rubbish = Forgery.message("INTRODUCE2", 0, nobodys());
                return Reaction.pass()
                        .after(Collections.nCopies(COPIES, rubbish).toArray(Forgery[]::new));
            });
            try (OnionService service = host(host)) {
                assertEchoes(client, service);
            }
        }
    }

    @Test
    @OnionNetwork(seed = 51, relays = 10)
    void t56_introductionPointsThatRefuse_areReplacedByOthers(TestNetwork network, OnionClient client)
            throws Exception {
        AtomicInteger refused = new AtomicInteger();
        hostile(network, passing -> {
            boolean asked = passing.isFromClient("ESTABLISH_INTRO");
            return asked && refused.incrementAndGet() <= 3
                    ? Reaction.drop().after(Forgery.destroy(2))
                    : Reaction.pass();
        });
        try (OnionClient host = network.newClient();
                OnionService service = host(host)) {
            assertThat(refused).hasValueGreaterThan(3);
            assertEchoes(client, service);
        }
    }

    @Test
    @OnionNetwork(seed = 52, relays = 10)
    void t52_theFirstCircuitToARendezvousPoint_fails_andAnotherOneGetsThere(TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host(host)) {
            AtomicInteger begun = new AtomicInteger(-1); // circuits since the service has been told of the client
            hostile(network, passing -> {
                if (passing.isFromRelay("INTRODUCE2")) {
                    begun.set(0);
                }
                boolean next = passing.kind() == Passing.Kind.MESSAGE && passing.isFromClient("EXTEND2");
                return next && begun.get() >= 0 && begun.getAndIncrement() == 0
                        ? Reaction.drop().after(Forgery.destroy(1))
                        : Reaction.pass();
            });

            assertEchoes(client, service);

            assertThat(begun).hasValueGreaterThan(1);
        }
    }
}
