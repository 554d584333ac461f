package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.IntroductionsRefused;
import org.onion4j.api.OnionServiceEvent.IntroductionsRefused.Reason;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.message.Introduce1;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.testnet.junit.OnionNetwork;

/** A client that knows a service's keys, and asks for what makes no sense, or does no good (T50, T51, T52). */
@Timeout(240)
class OnionServiceRequestsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration UNTIL_TOLD = Duration.ofMinutes(2);
    private static final int PER_SECOND = 30;

    // Where things are in the plaintext: cookie 20, extensions 1, key type 1, length 2, key 32, specifiers.
    private static final int EXTENSIONS_AT = 20;
    private static final int KEY_TYPE_AT = 21;
    private static final int KEY_LENGTH_AT = 23;
    private static final int SPECIFIERS_AT = 56;
    private static final int CLIENT_KEY_LEN = 32;

    private static final int OR_PORT = 9001;
    private static final String UNLISTED = "203.0.113.5";
    private static final int DEAD_REQUESTS = 120;
    private static final int TRIES = 2;
    private static final int LAYER_TWO = 4;
    /** What a client has ready, for exits and for onion services. */
    private static final int OTHER_CIRCUITS = 20;

    private final Queue<OnionServiceEvent> events = new ConcurrentLinkedQueue<>();
    private DialLog dials;
    private TestNetwork network;
    private IntroductionFlood flood;
    private IntroductionPoint point;
    private TestRelay entry;
    private int sent;

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(stream.getInputStream().read());
        }
    }

    /** What is done to a service. */
    private interface Attack {
        void run() throws Exception;
    }

    /** Another client is served afterwards, by the same points, and the service has dialled nobody else. */
    private void attack(TestNetwork where, Attack attack) throws Exception {
        network = where;
        OnionServiceConfig config = OnionServiceConfig.builder()
                .inMemoryOnly()
                .port(80, OnionServiceRequestsTest::echo)
                .listener(events::add)
                .build();
        try (LogWatch log = new LogWatch();
                OnionClient host = network.parts()
                        .clientBuilder(environment -> {
                            dials = new DialLog(environment.connector());
                            return TestEnvironments.with(environment, dials);
                        })
                        .build();
                OnionService service = host.host(config)) {
            ClientUnderTest.pass(network, service.published(), LIMIT);
            ImmutableSet<TestRelay> dialled = dials.relays(network);
            entry = network.relays().stream()
                    .filter(relay -> !dialled.contains(relay))
                    .findFirst()
                    .orElseThrow();
            network.relays().forEach(TestRelay::forget);
            log.start();
            try (IntroductionFlood clients = new IntroductionFlood(network, OnionAddress.ofHost(service.address()))) {
                flood = clients;
                flood.watch(network);
                point = flood.points().stream()
                        .filter(one -> IntroductionFlood.relay(network, one) != entry)
                        .findFirst()
                        .orElseThrow();

                attack.run();

                assertThat(flood.failed()).isZero();
                assertThat(flood.acknowledged()).isEqualTo(sent);
                assertThat(dials.relays(network)).isEqualTo(dialled);
                assertThat(dials.dialled()).hasSameSizeAs(dialled);
                assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO"))
                        .as("points in the place of others")
                        .isEmpty();
                assertThat(log.linesWith(Stream.of("refused")))
                        .hasSizeLessThanOrEqualTo(refused().size() * SparingLog.AN_HOUR)
                        .allSatisfy(line -> assertThat(line).doesNotContainPattern("[0-9a-z]{30}"));
            }
            try (OnionClient client = network.newClient()) {
                assertServed(client, service);
            }
        }
    }

    private void assertServed(OnionClient client, OnionService service) throws Exception {
        CompletableFuture<OnionStream> opening =
                client.openStreamAsync(service.address(), 80, OnionServiceWorld.apart());
        ClientUnderTest.pass(network, opening, LIMIT);
        try (OnionStream stream = opening.get()) {
            stream.getOutputStream().write(7);
            assertThat(stream.getInputStream().read()).isEqualTo(7);
        }
    }

    /** Not more at once than a service reads in its time: else it is the flood that is refused. */
    private void send(Introduce1 message) throws Exception {
        flood.send(entry, IntroductionFlood.relay(network, point), message);
        if (++sent % PER_SECOND == 0) {
            network.time().advance(SECOND);
        }
    }

    private void send(LinkSpecifier... meetingPoint) throws Exception {
        send(flood.seal(point, flood.plaintext(ImmutableList.copyOf(meetingPoint))));
    }

    private Map<Reason, Long> refused() {
        Map<Reason, Long> refused = new EnumMap<>(Reason.class);
        for (OnionServiceEvent event : events) {
            if (event instanceof IntroductionsRefused dropped) {
                refused.merge(dropped.reason(), dropped.count(), Long::sum);
            }
        }
        return refused;
    }

    private void assertRefused(Map<Reason, Long> expected) throws Exception {
        network.time().advance(UNTIL_TOLD);
        long all = expected.values().stream().mapToLong(count -> count).sum();
        // The application's threads, which hear of it, are not waited for by the time.
        Settling.until(
                network,
                () -> refused().values().stream().mapToLong(count -> count).sum() >= all);
        assertThat(refused()).isEqualTo(expected);
    }

    private static Bytes with(Bytes bytes, int at, int value) {
        byte[] changed = bytes.toArray();
        changed[at] = (byte) value;
        return Bytes.copyOf(changed);
    }

    private void sendEncrypted(Introduce1 like, Bytes encrypted) throws Exception {
        send(new Introduce1(like.authKey(), like.extensions(), encrypted));
    }

    @Test
    @OnionNetwork(seed = 50, relays = 10, time = OnionNetwork.Time.STANDING)
    void t50_nonsenseCutAndChanged_isDroppedAndCounted(TestNetwork where) throws Exception {
        attack(where, () -> {
            Bytes good = flood.plaintext(IntroductionFlood.specifiers(entry));
            List<Bytes> malformed = new ArrayList<>();
            for (int length = 0; length < good.size(); length++) {
                malformed.add(good.slice(0, length));
            }
            malformed.add(with(good, EXTENSIONS_AT, 255));
            malformed.add(with(good, KEY_TYPE_AT, 2));
            malformed.add(with(good, KEY_LENGTH_AT, 0));
            malformed.add(with(good, SPECIFIERS_AT, 255));
            for (Bytes plaintext : malformed) {
                send(flood.seal(point, plaintext));
            }
            send(flood.seal(point, with(good, SPECIFIERS_AT, 0)));

            Introduce1 whole = flood.seal(point, good);
            Bytes sealed = whole.encrypted();
            for (int length = 1; length < sealed.size(); length++) {
                sendEncrypted(whole, sealed.slice(0, length));
            }
            sendEncrypted(whole, with(sealed, sealed.size() - 1, sealed.toArray()[sealed.size() - 1] ^ 1));
            Bytes lowOrder = Bytes.copyOf(new byte[CLIENT_KEY_LEN]);
            sendEncrypted(whole, Bytes.concat(lowOrder, sealed.slice(CLIENT_KEY_LEN, sealed.size() - CLIENT_KEY_LEN)));

            assertRefused(Map.of(
                    Reason.MALFORMED,
                    (long) malformed.size(),
                    Reason.FORGED,
                    sealed.size() - 1 + 2L,
                    Reason.BAD_RENDEZVOUS_POINT,
                    1L));
            assertThat(flood.extended(network)).isEmpty();
        });
    }

    private static LinkSpecifier ipv4(String address, int port) {
        return new LinkSpecifier.Ipv4((Inet4Address) InetAddresses.forString(address), port);
    }

    @Test
    @OnionNetwork(seed = 51, relays = 10, time = OnionNetwork.Time.STANDING)
    void t51_oddMeetingPoints_areNeverDialled(TestNetwork where) throws Exception {
        attack(where, () -> {
            LinkSpecifier nobody = new LinkSpecifier.RsaId(new RsaIdentity(Bytes.copyOf(new byte[RsaIdentity.LEN])));
            List<String> internal = List.of("127.0.0.1", "10.99.0.1", "192.168.1.1", "169.254.1.1", "0.0.0.0");
            for (String address : internal) {
                send(ipv4(address, OR_PORT), nobody);
            }
            send(IntroductionFlood.specifiers(entry).get(0), nobody); // who is somebody else
            send(ipv4(UNLISTED, OR_PORT));
            send(nobody);
            send(ipv4(UNLISTED, 0), nobody);
            long nonsense = internal.size() + 4L;
            send(ipv4(UNLISTED, OR_PORT), nobody);
            for (TestRelay guard : dials.relays(network)) {
                send(IntroductionFlood.specifiers(guard).toArray(LinkSpecifier[]::new));
            }
            int sensible = 1 + dials.relays(network).size();

            assertRefused(Map.of(Reason.BAD_RENDEZVOUS_POINT, nonsense));
            assertThat(flood.extended(network)).hasSizeBetween(sensible, TRIES * sensible);
        });
    }

    @Test
    @OnionNetwork(seed = 52, relays = 14, time = OnionNetwork.Time.STANDING)
    void t52_meetingPointThatRefuses_costsTwoTriesAtMost_byTheUsualSecondHops(TestNetwork where) throws Exception {
        attack(where, () -> {
            TestRelay refusing = network.relays().stream()
                    .filter(relay -> relay != entry && !dials.relays(network).contains(relay))
                    .reduce((first, last) -> last) // nobody has such a key there
                    .orElseThrow();
            for (int i = 0; i < DEAD_REQUESTS; i++) {
                send(IntroductionFlood.specifiers(refusing).toArray(LinkSpecifier[]::new));
            }
            network.time().advance(UNTIL_TOLD);

            List<SeenPaths.Ended> tries = flood.extended(network);
            assertThat(tries).hasSizeBetween(DEAD_REQUESTS, TRIES * DEAD_REQUESTS);
            Set<TestRelay> guards = new HashSet<>();
            Set<TestRelay> seconds = new HashSet<>();
            for (SeenPaths.Ended one : tries) {
                List<TestRelay> path = SeenPaths.path(network, one);
                guards.add(path.get(0));
                seconds.add(path.get(1));
            }
            assertThat(seconds).hasSizeLessThanOrEqualTo(LAYER_TWO).doesNotContainAnyElementsOf(guards);
            assertThat(guards).hasSize(1);
            long begun = guards.stream()
                    .flatMap(guard -> guard.seen().stream())
                    .filter(SeenCircuit::knowsClient)
                    .count();
            assertThat(begun).isLessThanOrEqualTo(TRIES * DEAD_REQUESTS + OTHER_CIRCUITS);
        });
    }
}
