package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.primitives.UnsignedLong;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.InternalErrorException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceException.Reason;
import org.onion4j.api.OnionStream;
import org.onion4j.api.internal.Environment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.testnet.ScriptedService.Conduct;
import org.onion4j.testnet.keys.SeededRandom;

/** Directories that keep descriptors from a client, or give it others, and services with descriptors of no use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OnionServiceDirectoryTest {
    private static final int RESPONSIBLE = 6;
    private static final int MANY = 24; // the client has eight threads for its work
    private static final int MAX_BUILDING = 32;
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LIFETIME = Duration.ofMinutes(30); // the shortest
    private static final Duration SEARCH_LIMIT = Duration.ofSeconds(91);

    private final OnionServiceWorld world = new OnionServiceWorld(44);
    private final ScriptedService service = world.service;
    private OnionClient client; // knows no descriptor yet

    OnionServiceDirectoryTest() throws Exception {}

    /** What a directory may do instead of its duty. */
    private enum Refusal {
        NOT_FOUND(Reason.NOT_FOUND) {
            @Override
            Optional<byte[]> answer() {
                return Optional.of(OnionServiceWorld.http(404, Bytes.EMPTY));
            }
        },
        BUSY(Reason.NO_DIRECTORY) {
            @Override
            Optional<byte[]> answer() {
                return Optional.of(OnionServiceWorld.http(503, Bytes.EMPTY));
            }
        },
        RUBBISH(Reason.NO_DIRECTORY) {
            @Override
            Optional<byte[]> answer() {
                return Optional.of(new byte[2000]);
            }
        },
        NO_DESCRIPTOR(Reason.BAD_DESCRIPTOR) {
            @Override
            Optional<byte[]> answer() {
                return Optional.of(OnionServiceWorld.http(200, ascii("hs-descriptor 3\n")));
            }
        },
        TOO_LARGE(Reason.NO_DIRECTORY) {
            @Override
            Optional<byte[]> answer() {
                return Optional.of(OnionServiceWorld.http(200, Bytes.copyOf(new byte[60_000])));
            }
        },
        NOTHING(Reason.NO_DIRECTORY) {
            @Override
            Optional<byte[]> answer() {
                return Optional.empty();
            }
        };

        private final Reason reason;

        Refusal(Reason reason) {
            this.reason = reason;
        }

        abstract Optional<byte[]> answer();

        private static Bytes ascii(String text) {
            return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @BeforeEach
    void begin() throws Exception {
        world.hostile();
        world.forget();
        service.introductions().clear();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        client = world.network.newClient();
    }

    @AfterEach
    void end() {
        client.close();
    }

    @AfterAll
    void close() {
        world.close();
    }

    private static Bytes text(ScriptedService of, Descriptor content) {
        return of.descriptor(content, ImmutableList.of());
    }

    private OnionServiceWorld.Directory saying(Bytes descriptor) {
        return relay -> Optional.of(OnionServiceWorld.http(200, descriptor));
    }

    private void assertConnects() throws Exception {
        try (OnionStream stream = world.connect(client)) {
            OnionServiceWorld.assertEcho(stream);
        }
    }

    private List<TestRelay> asked() {
        return world.circuitsWith("BEGIN_DIR").stream()
                .map(SeenPaths.Ended::relay)
                .toList();
    }

    /** T44: each directory is asked once, all of them in 90 seconds, and all of them again the next time. */
    @ParameterizedTest
    @EnumSource
    void t44_directoriesOfNoUse_areAskedOnceEach_andAgain(Refusal refusal) throws Exception {
        world.directories(relay -> refusal.answer());
        world.await(client.bootstrapAsync());
        CompletableFuture<OnionStream> opening = world.open(client, OnionServiceWorld.apart());
        Duration took = world.await(opening);
        assertThat(took).isLessThanOrEqualTo(SEARCH_LIMIT);
        assertThat(world.refusal(opening)).isEqualTo(refusal.reason);
        assertThat(asked()).hasSize(RESPONSIBLE).doesNotHaveDuplicates();

        client.networkChanged();
        TestRelay honest = asked().get(0);
        Bytes descriptor = text(service, service.content(1));
        world.directories(
                relay -> relay == honest ? Optional.of(OnionServiceWorld.http(200, descriptor)) : refusal.answer());
        assertConnects();
    }

    /** Why a client can't reach the service that has nothing to do with the other one, before or after. */
    private Reason refusalOfAnother() throws Exception {
        try (OnionClient another = world.network.newClient()) {
            return world.refusal(another);
        }
    }

    private String unknown(int number) {
        try (Ed25519KeyPair key = Ed25519KeyPair.generate(SeededRandom.of(44, "unknown " + number))) {
            return new OnionAddress(key.publicKey()).host();
        }
    }

    private List<CompletableFuture<OnionStream>> searchForMany(int count) {
        List<CompletableFuture<OnionStream>> searches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            searches.add(client.openStreamAsync(unknown(i), OnionServiceWorld.PORT, OnionServiceWorld.apart()));
        }
        return searches;
    }

    /** T44: however many mute directories are asked, what else the client does goes on; given up, searches end. */
    @Test
    void t44_manyMuteDirectories_holdNothingElseUp() throws Exception {
        world.directories(relay -> Optional.empty());
        try (TestDestination shop =
                world.network.serve(ClientUnderTest.HOST, ClientUnderTest.PORT, TestNetworkTest.says("open"))) {
            ClientUnderTest.fetch(world.network, client, SOON);
            List<CompletableFuture<OnionStream>> searches = searchForMany(MANY);
            world.network.time().advance(Duration.ofSeconds(1));
            assertThat(asked()).hasSize(MANY);
            for (int i = 0; i < 3; i++) {
                assertThat(ClientUnderTest.fetch(world.network, client, SOON)).isLessThan(SOON);
            }
            assertThat(shop.connections()).isEqualTo(4);

            searches.forEach(search -> search.cancel(true));
            world.network.time().advance(Duration.ofMinutes(2));
            assertThat(world.circuitsWith("BEGIN_DIR"))
                    .hasSize(MANY)
                    .allMatch(one -> one.circuit().closed().isPresent());
        }
    }

    /** T44: many searches don't make many circuits at once. */
    @Test
    void t44_manySearches_haveABoundOfCircuits() throws Exception {
        assertThat(world.refusal(client)).isEqualTo(Reason.NOT_FOUND);
        TestRelay guard = Iterables.getOnlyElement(ClientUnderTest.firstHops(world.network));
        client.networkChanged(); // no circuit is left, not even a spare one
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        world.forget();
        world.network.relays().stream().filter(relay -> relay != guard).forEach(TestRelay::freeze);
        List<CompletableFuture<OnionStream>> searches = searchForMany(2 * MAX_BUILDING);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(ClientUnderTest.begun(world.network)).isEqualTo(MAX_BUILDING);

        world.network.relays().forEach(TestRelay::thaw);
        CompletableFuture<Void> all = CompletableFuture.allOf(searches.toArray(CompletableFuture<?>[]::new));
        world.await(all);
        assertThat(asked().size()).isGreaterThanOrEqualTo(2 * MAX_BUILDING);
    }

    /** T43: a directory that gives the descriptor of another service is passed by. */
    @Test
    void t43_descriptorOfAnotherService_isNotTaken() throws Exception {
        try (ScriptedService other = new ScriptedService(world.network, "other", world.network.relay("relay4"))) {
            Bytes foreign = text(other, other.content(9));
            Bytes own = text(service, service.content(1));
            AtomicInteger asked = new AtomicInteger();
            world.directories(
                    relay -> Optional.of(OnionServiceWorld.http(200, asked.getAndIncrement() == 0 ? foreign : own)));
            assertConnects();
            assertThat(asked).hasValue(2);
            world.directories(saying(foreign));
            assertThat(refusalOfAnother()).isEqualTo(Reason.BAD_DESCRIPTOR);
        }
    }

    /** T43: an older descriptor than the one that is known is not taken, wherever it leads; a newer one is. */
    @Test
    void t43_olderDescriptor_isNotTaken() throws Exception {
        ScriptedService.Point old = service.points().get(0);
        ScriptedService.Point known = service.points().get(1);
        ScriptedService.Point fresh = service.points().get(2);
        world.directories(saying(text(service, with(2, known.described()))));
        assertConnects();

        known.conduct(Conduct.REFUSES);
        service.introductions().clear();
        world.directories(saying(text(service, with(1, old.described()))));
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_FAILED);
        assertThat(service.introductions()).as("at the known point").hasSize(1);

        X25519 stranger = X25519.generate(SeededRandom.of(44, "stranger"));
        world.directories(saying(service.descriptor(with(1, old.described()), ImmutableList.of(stranger.publicKey()))));
        assertThat(world.refusal(client)).as("with an old one for others").isEqualTo(Reason.INTRODUCTION_FAILED);

        world.directories(saying(text(service, with(3, fresh.described()))));
        assertConnects();
    }

    /** T43: who is refused by all introduction points asks three directories whether they know better, and no more. */
    @Test
    void t43_directoriesThatTheLastUploadHasNotReached_areNotTakenAtTheirWord() throws Exception {
        ScriptedService.Point gone = service.points().get(0);
        ScriptedService.Point fresh = service.points().get(1);
        Bytes former = text(service, with(1, gone.described()));
        Bytes latest = text(service, with(2, fresh.described()));
        world.directories(saying(former));
        assertConnects();

        gone.conduct(Conduct.REFUSES);
        AtomicInteger asked = new AtomicInteger();
        world.directories(
                relay -> Optional.of(OnionServiceWorld.http(200, asked.getAndIncrement() < 2 ? former : latest)));
        assertConnects();
        assertThat(asked).hasValue(3);

        fresh.conduct(Conduct.REFUSES);
        asked.set(0);
        world.directories(relay -> {
            asked.incrementAndGet();
            return Optional.of(OnionServiceWorld.http(200, latest));
        });
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_FAILED);
        assertThat(asked).as("directories that say the same").hasValue(3);
    }

    private Descriptor with(long revision, IntroductionPoint... points) {
        Descriptor content = service.content(revision);
        return new Descriptor(
                UnsignedLong.valueOf(revision),
                content.lifetime(),
                ImmutableList.copyOf(points),
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** T43: that a service takes a key must be said by more than one directory: it may be an old descriptor. */
    @Test
    void t43_oneDirectorySaysThatItTakesAKey_othersAreAsked() throws Exception {
        X25519 stranger = X25519.generate(SeededRandom.of(44, "stranger"));
        Bytes restricted = service.descriptor(service.content(1), ImmutableList.of(stranger.publicKey()));
        Bytes open = text(service, service.content(2));
        AtomicInteger asked = new AtomicInteger();
        world.directories(
                relay -> Optional.of(OnionServiceWorld.http(200, asked.getAndIncrement() == 0 ? restricted : open)));
        assertConnects();

        asked.set(0);
        world.directories(relay -> {
            asked.incrementAndGet();
            return Optional.of(OnionServiceWorld.http(200, restricted));
        });
        assertThat(refusalOfAnother()).isEqualTo(Reason.NEEDS_AUTHORIZATION);
        assertThat(asked).as("directories that say the same").hasValue(2);
    }

    /** What is read with a key is read once the application has given it, and not any more once it has taken it back. */
    @Test
    void authorizedClient_readsWhatIsForItAlone() throws Exception {
        X25519 key = X25519.generate(SeededRandom.of(44, "client"));
        byte[] privateKey = SeededRandom.of(44, "client").bytes(X25519.LEN);
        world.directories(saying(service.descriptor(service.content(1), ImmutableList.of(key.publicKey()))));
        assertThat(world.refusal(client)).isEqualTo(Reason.NEEDS_AUTHORIZATION);
        client.authorize(service.host(), new byte[X25519.LEN]);
        assertThat(world.refusal(client)).isEqualTo(Reason.WRONG_AUTHORIZATION);
        client.authorize(service.host(), privateKey);
        assertConnects();
        client.unauthorize(service.host());
        assertThat(world.refusal(client)).isEqualTo(Reason.NEEDS_AUTHORIZATION);
    }

    /** T41: introduction points with keys of no use are passed over; where there is no other, the error says so. */
    @Test
    void t41_pointsWithWeakKeys_arePassedOver() throws Exception {
        Bytes zeros = Bytes.copyOf(new byte[X25519.LEN]);
        IntroductionPoint good = service.points().get(0).described();
        IntroductionPoint weak = new IntroductionPoint(
                service.points().get(1).described().linkSpecifiers(),
                zeros,
                service.points().get(1).described().authKey(),
                service.points().get(1).described().encryptionKey());
        world.directories(saying(text(service, with(1, weak, good))));
        for (int i = 0; i < 4; i++) {
            assertConnects();
        }
        world.directories(saying(text(service, with(2, weak))));
        assertThat(refusalOfAnother()).isEqualTo(Reason.INTRODUCTION_FAILED);
    }

    /** What is known of a service is asked for once, and again when it has expired. */
    @Test
    void descriptor_isKeptForItsLifetime() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Descriptor content = new Descriptor(
                UnsignedLong.ONE,
                LIFETIME,
                service.content(1).introductionPoints(),
                false,
                Optional.empty(),
                Optional.empty());
        world.directories(relay -> {
            asked.incrementAndGet();
            return Optional.of(OnionServiceWorld.http(200, text(service, content)));
        });
        for (int i = 0; i < 3; i++) {
            assertConnects();
        }
        assertThat(asked).hasValue(1);
        world.network.time().advance(LIFETIME.plusMinutes(1));
        assertConnects();
        assertThat(asked).hasValue(2);
    }

    /** Randomness that fails for a while. */
    private record Failing(RandomSource good, AtomicBoolean broken) implements RandomSource {
        @Override
        public void nextBytes(byte[] target) {
            if (broken.get()) {
                throw new RandomnessException("broken by the test");
            }
            good.nextBytes(target);
        }
    }

    /** A search that ends by a fault of ours ends, and the next one finds. */
    @Test
    void randomSourceFailsDuringTheSearch_requestFails_andTheNextOneWorks() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        try (OnionClient other = world.network
                .parts()
                .clientBuilder(all -> new Environment(
                        all.clock(),
                        all.ticker(),
                        new Failing(all.random(), broken),
                        all.connector(),
                        all.files(),
                        all.schedulers(),
                        all.activity()))
                .build()) {
            world.await(other.bootstrapAsync());
            world.directories(relay -> {
                broken.set(true);
                return Optional.of(OnionServiceWorld.http(404, Bytes.EMPTY));
            });
            CompletableFuture<OnionStream> opening = world.open(other, OnionServiceWorld.apart());
            world.await(opening);
            assertThatThrownBy(opening::get)
                    .as("no directory is to blame")
                    .cause()
                    .isInstanceOf(InternalErrorException.class);
            broken.set(false);
            world.directories(saying(text(service, service.content(1))));
            try (OnionStream stream = world.connect(other)) {
                OnionServiceWorld.assertEcho(stream);
            }
        }
    }
}
