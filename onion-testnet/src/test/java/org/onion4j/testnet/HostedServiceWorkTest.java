package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.IntroductionsRefused;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorException;
import org.onion4j.hs.descriptor.DescriptorReader;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.hs.ring.RingTimes;
import org.onion4j.testnet.junit.OnionNetwork;
import org.onion4j.testnet.keys.RelayIdentity;

/** Services of ours that defend themselves against floods: by proof of work, and at their introduction points. */
@Timeout(120)
class HostedServiceWorkTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final byte[] TEXT = "echo".getBytes(StandardCharsets.US_ASCII);
    private static final RandomSource RANDOM = new SystemRandom();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final int SENDME_INCREMENT = 31;
    private static final int VOTES_PER_PERIOD = 24;
    private static final int FLOOD = 150;
    private static final int CROWD = 30;

    private final BlockingQueue<OnionServiceEvent> events = new LinkedBlockingQueue<>();

    private OnionService host(OnionClient client, OnionServiceConfig.Builder config) throws OnionException {
        OnionService service = client.host(config.inMemoryOnly()
                .listener(events::add)
                .port(80, HostedServiceWorkTest::echo)
                .build());
        service.awaitPublished(LIMIT);
        return service;
    }

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(stream.getInputStream().readNBytes(TEXT.length));
        }
    }

    private static void assertEchoes(OnionClient client, OnionService service) throws IOException {
        try (OnionStream stream = client.openStream(service.address(), 80)) {
            stream.setReadTimeout(LIMIT);
            stream.getOutputStream().write(TEXT);
            assertThat(stream.getInputStream().readNBytes(TEXT.length)).isEqualTo(TEXT);
        }
    }

    /** What has been refused until something was for this reason. */
    private Map<IntroductionsRefused.Reason, Long> refusedUntil(IntroductionsRefused.Reason last) throws Exception {
        Map<IntroductionsRefused.Reason, Long> refused = new EnumMap<>(IntroductionsRefused.Reason.class);
        while (!refused.containsKey(last)) {
            OnionServiceEvent event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(event).as("after %s", refused).isNotNull();
            if (event instanceof IntroductionsRefused more) {
                refused.merge(more.reason(), more.count(), Long::sum);
            }
        }
        return refused;
    }

    private static Instant time(TestNetwork network, String keyword) {
        String line = network.consensus()
                .lines()
                .filter(one -> one.startsWith(keyword + " "))
                .findFirst()
                .orElseThrow();
        return LocalDateTime.parse(line.substring(keyword.length() + 1), TIME).toInstant(ZoneOffset.UTC);
    }

    /** The service as everybody sees it who knows its address. */
    private record Known(ServiceKeys keys, Descriptor descriptor) {
        static Known of(TestNetwork network, OnionService service) throws Exception {
            Duration interval = Duration.between(time(network, "valid-after"), time(network, "fresh-until"));
            int minutes = (int) (VOTES_PER_PERIOD * interval.toSeconds() / 60);
            RingTimes times = new RingTimes(time(network, "valid-after"), interval, minutes);
            ServiceKeys keys = ServiceKeys.of(
                    OnionAddress.ofHost(service.address()), times.forClient().period());
            Instant now = network.time().now();
            for (TestRelay relay : network.relays()) {
                Optional<Bytes> text = relay.onions().find(keys.blindedKey(), now);
                if (text.isPresent()) {
                    return new Known(keys, read(text.get(), keys, now));
                }
            }
            throw new AssertionError("no directory has it");
        }

        private static Descriptor read(Bytes text, ServiceKeys keys, Instant now) throws DescriptorException {
            return DescriptorReader.read(text, keys, Optional.empty(), now, SENDME_INCREMENT);
        }

        IntroductionPoint point(Bytes authKey) {
            return descriptor.introductionPoints().stream()
                    .filter(point -> point.authKey().equals(authKey))
                    .findAny()
                    .orElseThrow();
        }
    }

    /** An introduction that is authentic, without work, to a relay where nobody waits. */
    private static Forgery introduction(Known known, IntroductionPoint point, TestRelay relay) {
        RelayIdentity identity = relay.host().identity();
        IntroductionPlaintext text = new IntroductionPlaintext(
                Bytes.copyOf(RANDOM.bytes(20)),
                ImmutableList.of(),
                identity.ntorOnionKey(),
                ImmutableList.of(
                        new LinkSpecifier.Ipv4(
                                (Inet4Address) relay.address().getAddress(),
                                relay.address().getPort()),
                        new LinkSpecifier.RsaId(identity.rsaIdentity()),
                        new LinkSpecifier.Ed25519Id(identity.ed25519Identity())));
        Bytes header = Introduce2.header(point.authKey(), ImmutableList.of());
        try (HsNtorClient client = new HsNtorClient(
                point.authKey(), point.encryptionKey(), known.keys().subcredential(), RANDOM)) {
            WireWriter out = new WireWriter();
            new Introduce2(point.authKey(), ImmutableList.of(), client.seal(header, text.encode(header.size())))
                    .encode(out);
            return Forgery.message("INTRODUCE2", 0, out.toBytes().toArray());
        } catch (HandshakeException e) {
            throw new AssertionError(e);
        }
    }

    private static Bytes authKey(Passing passing) {
        byte[] data = passing.data();
        try {
            return ((Introduce2) RelayMessage.decode(RelayCommand.INTRODUCE2, 0, data, 0, data.length)).authKey();
        } catch (WireFormatException e) {
            throw new AssertionError(e);
        }
    }

    /** 150 authentic introductions come just before: they would take two and a half minutes. */
    @Test
    @OnionNetwork(seed = 53, relays = 10)
    void t46_aFloodWithoutWork_leavesWhoWorkedItsTurn(TestNetwork network, OnionClient client) throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host(
                        host, OnionServiceConfig.builder().introductionPoints(1).proofOfWork(1, 1, 2))) {
            Known known = Known.of(network, service);
            assertThat(known.descriptor().pow().orElseThrow().suggestedEffort()).isEqualTo(2);
            AtomicBoolean begun = new AtomicBoolean();
            for (TestRelay relay : network.relays()) {
                relay.hostile(passing -> {
                    if (!passing.isFromRelay("INTRODUCE2") || !begun.compareAndSet(false, true)) {
                        return Reaction.pass();
                    }
                    List<Forgery> flood = new ArrayList<>();
                    IntroductionPoint point = known.point(authKey(passing));
                    for (int i = 0; i < FLOOD; i++) {
                        flood.add(introduction(known, point, relay));
                    }
                    return Reaction.pass().before(flood.toArray(Forgery[]::new));
                });
            }

            assertEchoes(client, service);

            assertThat(begun).isTrue();
            network.time().advance(Duration.ofMinutes(2));
            Map<IntroductionsRefused.Reason, Long> refused = refusedUntil(IntroductionsRefused.Reason.TOO_LATE);
            assertThat(refused.get(IntroductionsRefused.Reason.FLOOD)).isGreaterThan(FLOOD / 2);
            assertThat(refused).doesNotContainKey(IntroductionsRefused.Reason.BAD_WORK);
        }
    }

    /** How often relays got or sent such a message. */
    private static long seen(TestNetwork network, String message) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream())
                .flatMap(seen -> seen.cells().stream())
                .filter(cells -> cells.message().equals(Optional.of(message)))
                .mapToLong(SeenCircuit.Cells::count)
                .sum();
    }

    /**
     * Of a burst of three C tor's introduction points pass two on, and so do ours; then one a second. The time stands still
     * while all clients come at once.
     */
    @Test
    void introductionRate_isKeptByTheIntroductionPoint() throws Exception {
        OnionServiceConfig config = OnionServiceConfig.builder()
                .inMemoryOnly()
                .introductionPoints(1)
                .introductionRate(1, 3)
                .port(80, HostedServiceWorkTest::echo)
                .build();
        try (TestNetwork network = TestNetwork.builder()
                        .relays(10)
                        .exits(1)
                        .seed(54)
                        .standingTime()
                        .build();
                OnionClient host = network.newClient();
                OnionClient client = network.newClient()) {
            CompletableFuture<OnionService> hosting = host.hostAsync(config);
            ClientUnderTest.pass(network, hosting, LIMIT);
            OnionService service = hosting.get(1, TimeUnit.MINUTES);
            ClientUnderTest.pass(network, service.published(), LIMIT);
            Instant begin = network.time().now();
            List<CompletableFuture<OnionStream>> all = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                all.add(client.openStreamAsync(service.address(), 80, ClientUnderTest.newCircuit(LIMIT)));
            }
            long connected = 0;
            for (CompletableFuture<OnionStream> each : all) {
                CompletableFuture<Integer> outcome = each.handle((stream, failure) -> failure == null ? 1 : 0);
                ClientUnderTest.pass(network, outcome, LIMIT.multipliedBy(2));
                connected += outcome.get(1, TimeUnit.MINUTES);
            }
            long passed = seen(network, "INTRODUCE2");
            Duration took = Duration.between(begin, network.time().now());
            assertThat(connected).isBetween(2L, passed);
            assertThat(passed).isLessThanOrEqualTo(3 + took.toSeconds());
            assertThat(seen(network, "INTRODUCE1")).isGreaterThan(passed);
        }
    }
}
