package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Introduce1;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.runtime.OwnedScheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorService;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.Tor1ClientCrypto;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorMaker;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.hs.ring.RingTimes;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/**
 * An onion service that does what a test of the client wants. Its descriptors are put into directories, its introduction
 * points are relays that answer in its place ({@link #at}), and it comes to rendezvous points over circuits of one hop.
 *
 * <p>Threading: the relays' loops and the test's thread.
 */
final class ScriptedService implements AutoCloseable {
    /** How an introduction point treats a client. */
    enum Conduct {
        GOOD,
        MUTE,
        REFUSES,
        KILLS,
        /** Says that the service has been told, which isn't so. */
        LIES
    }

    /** An introduction point. */
    static final class Point {
        private final TestRelay relay;
        private final Ed25519KeyPair auth;
        private final X25519 encryption;
        private volatile Conduct conduct = Conduct.GOOD;

        private Point(TestRelay relay, RandomSource random) {
            this.relay = relay;
            this.auth = Ed25519KeyPair.generate(random);
            this.encryption = X25519.generate(random);
        }

        TestRelay relay() {
            return relay;
        }

        void conduct(Conduct value) {
            conduct = value;
        }

        IntroductionPoint described() {
            RelayIdentity identity = relay.host().identity();
            return new IntroductionPoint(
                    ImmutableList.of(
                            new LinkSpecifier.Ipv4(
                                    (Inet4Address) relay.address().getAddress(),
                                    relay.address().getPort()),
                            new LinkSpecifier.RsaId(identity.rsaIdentity()),
                            new LinkSpecifier.Ed25519Id(identity.ed25519Identity())),
                    identity.ntorOnionKey(),
                    auth.publicKey(),
                    encryption.publicKey());
        }
    }

    /** Answers to BEGIN. */
    static final Supplier<Optional<Bytes>> CONNECTED = () -> Optional.of(Bytes.EMPTY);

    static final Supplier<Optional<Bytes>> NO_ANSWER = Optional::empty;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int VOTES_PER_PERIOD = 24;

    private final TestNetwork network;
    private final RandomSource random;
    private final Ed25519KeyPair identity;
    private final Ed25519KeyPair signing;
    private final OnionAddress address;
    private final ImmutableList<Point> points;
    private final OwnedScheduler scheduler;
    private final ChannelManager channels;
    private final List<IntroductionPlaintext> introductions = new CopyOnWriteArrayList<>();
    private volatile Supplier<Optional<Bytes>> answer = CONNECTED;

    /** A service with these introduction points, which are up to something from now on, and without a descriptor. */
    ScriptedService(TestNetwork network, String name, TestRelay... at) throws Exception {
        this.network = network;
        this.random = SeededRandom.of(network.seed(), name);
        this.identity = Ed25519KeyPair.generate(random);
        this.signing = Ed25519KeyPair.generate(random);
        this.address = new OnionAddress(identity.publicKey());
        ImmutableList.Builder<Point> all = ImmutableList.builder();
        for (TestRelay relay : at) {
            all.add(new Point(relay, random));
        }
        this.points = all.build();
        AtomicReference<Environment> given = new AtomicReference<>();
        network.parts().clientBuilder(environment -> {
            given.set(environment);
            return environment;
        });
        Environment environment = given.get();
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        this.scheduler = environment.schedulers().create(threads);
        this.channels = new ChannelManager(new ChannelEnvironment(
                environment.connector(),
                environment.clock(),
                environment.ticker(),
                environment.random(),
                scheduler,
                threads,
                ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT,
                environment.activity()));
    }

    String host() {
        return address.host();
    }

    ImmutableList<Point> points() {
        return points;
    }

    /** What clients have said to introduction points, whatever became of it. */
    List<IntroductionPlaintext> introductions() {
        return introductions;
    }

    /** A script that lets relays be introduction points of this service. */
    Hostility at(TestRelay relay) {
        return passing -> meet(relay, passing);
    }

    /** How it answers when it is asked for a stream. */
    void answer(Supplier<Optional<Bytes>> value) {
        answer = value;
    }

    static Supplier<Optional<Bytes>> end(int reason) {
        return () -> Optional.of(Bytes.copyOf((byte) reason));
    }

    // Descriptors.

    /** Puts a descriptor with these points into all directories. */
    void publish(long revision) throws DocumentException {
        Bytes text = descriptor(content(revision), ImmutableList.of());
        for (TestRelay relay : network.relays()) {
            put(relay, text);
        }
    }

    Descriptor content(long revision) {
        return new Descriptor(
                UnsignedLong.valueOf(revision),
                Duration.ofHours(3),
                points.stream().map(Point::described).collect(ImmutableList.toImmutableList()),
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** The same, asking for work. */
    Descriptor content(long revision, PowParameters work) {
        Descriptor plain = content(revision);
        return new Descriptor(
                plain.revision(),
                plain.lifetime(),
                plain.introductionPoints(),
                plain.singleOnionService(),
                plain.flowControl(),
                Optional.of(work));
    }

    /** By which it is known in the time period for clients. */
    Bytes blindedKey() {
        return keys().blindedKey();
    }

    /** @param clients public keys of those who are authorized; none for all */
    Bytes descriptor(Descriptor content, List<Bytes> clients) {
        Instant now = network.time().now();
        try (BlindedKeyPair blinded = ServiceKeys.blind(identity, keys().period())) {
            return new DescriptorMaker(
                            keys(), DescriptorMaker.certify(blinded, signing.publicKey(), now), signing, random)
                    .make(content, clients, now);
        }
    }

    void put(TestRelay directory, Bytes descriptor) throws DocumentException {
        directory
                .host()
                .directory()
                .onions()
                .store(descriptor.toArray(), network.time().now());
    }

    /** In the time period for clients. */
    private ServiceKeys keys() {
        return ServiceKeys.of(address, times(network).forClient().period());
    }

    /** What time periods and directories follow from in a network. */
    static RingTimes times(TestNetwork network) {
        Instant validAfter = time(network, "valid-after");
        Duration interval = Duration.between(validAfter, time(network, "fresh-until"));
        int minutes = (int) (VOTES_PER_PERIOD * interval.toSeconds() / SECONDS_PER_MINUTE);
        return new RingTimes(validAfter, interval, minutes);
    }

    private static Instant time(TestNetwork network, String keyword) {
        String line = network.consensus()
                .lines()
                .filter(one -> one.startsWith(keyword + " "))
                .findFirst()
                .orElseThrow();
        return LocalDateTime.parse(line.substring(keyword.length() + 1), TIME).toInstant(ZoneOffset.UTC);
    }

    // Introduction and rendezvous.

    private Reaction meet(TestRelay relay, Passing passing) {
        if (!passing.isFromClient("INTRODUCE1")) {
            return Reaction.pass();
        }
        Bytes data = Bytes.copyOf(passing.data());
        Introduce1 message;
        try {
            message = (Introduce1) RelayMessage.decode(RelayCommand.INTRODUCE1, 0, data.toArray(), 0, data.size());
        } catch (WireFormatException e) {
            throw new AssertionError(e);
        }
        Point point = points.stream()
                .filter(one -> one.relay == relay && one.auth.publicKey().equals(message.authKey()))
                .findAny()
                .orElseThrow(() -> new AssertionError("INTRODUCE1 to a relay that is no introduction point"));
        Heard heard = hear(point, message);
        introductions.add(heard.said());
        return switch (point.conduct) {
            case GOOD -> {
                channels.get(target(heard.said()))
                        .thenAccept(channel -> new ScriptedMeeting(
                                        channel, heard.rendezvous1(), heard.client(), () -> answer.get(), random)
                                .begin());
                yield acknowledge(0);
            }
            case LIES -> acknowledge(0);
            case MUTE -> Reaction.drop();
            case REFUSES -> acknowledge(1);
            case KILLS -> Reaction.drop().after(Forgery.destroy(1));
        };
    }

    private static Reaction acknowledge(int status) {
        return Reaction.drop().after(Forgery.message("INTRODUCE_ACK", 0, new byte[] {0, (byte) status, 0}));
    }

    /** What a service makes of INTRODUCE2. */
    private record Heard(IntroductionPlaintext said, Bytes rendezvous1, Tor1ClientCrypto client) {}

    private Heard hear(Point point, Introduce1 message) {
        Bytes header = Introduce1.header(message.authKey(), message.extensions());
        try (HsNtorService handshake = HsNtorService.open(
                        message.authKey(), point.encryption, keys().subcredential(), header, message.encrypted());
                ServerReply reply = handshake.answer(random)) {
            IntroductionPlaintext said = IntroductionPlaintext.decode(handshake.plaintext());
            return new Heard(
                    said, Bytes.concat(said.cookie(), reply.reply()), Tor1ClientCrypto.ofOnionClient(reply.keys()));
        } catch (HandshakeException | WireFormatException e) {
            throw new AssertionError(e);
        }
    }

    private static ChannelTarget target(IntroductionPlaintext said) {
        LinkSpecifier.Ipv4 ipv4 = (LinkSpecifier.Ipv4) said.linkSpecifiers().get(0);
        RsaIdentity rsa = ((LinkSpecifier.RsaId) said.linkSpecifiers().get(1)).identity();
        Ed25519Identity ed25519 =
                ((LinkSpecifier.Ed25519Id) said.linkSpecifiers().get(2)).identity();
        return new ChannelTarget(new InetSocketAddress(ipv4.address(), ipv4.port()), rsa, Optional.of(ed25519));
    }

    @Override
    public void close() {
        channels.close();
        scheduler.close();
    }
}
