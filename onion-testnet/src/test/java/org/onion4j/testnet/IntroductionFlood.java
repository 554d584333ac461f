package org.onion4j.testnet;

import static com.google.common.primitives.Bytes.asList;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.Introduce1;
import org.onion4j.circuit.message.IntroduceAck;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.runtime.OwnedScheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorReader;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/**
 * A client of an onion service that has read its descriptor and asks, over circuit after circuit, to be met: each request
 * is authentic and names a place to meet, where nobody waits. The onion key that it tells of that relay is its own
 * invention, which accomplices know it by: they {@linkplain #silence say nothing} to whoever comes with it.
 *
 * <p>Threading: the test's.
 */
final class IntroductionFlood implements AutoCloseable {
    private static final int SENDME_INCREMENT = 31;
    private static final int KEY_LEN = 32;
    private static final int NO_PADDING = 1000; // as if what stands before filled all

    private final RandomSource random;
    private final Ticker ticker;
    private final OwnedScheduler scheduler;
    private final ChannelManager channels;
    private final ServiceKeys keys;
    private final Descriptor descriptor;
    private final Bytes mark;
    private final Set<String> held = ConcurrentHashMap.newKeySet(); // relays and circuits
    private final Set<Extended> extended = ConcurrentHashMap.newKeySet();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /** A client that knows the address, and has found the descriptor of the time period for clients. */
    IntroductionFlood(TestNetwork network, OnionAddress address) throws Exception {
        this.random = SeededRandom.of(network.seed(), "flood");
        this.mark = Bytes.copyOf(random.bytes(KEY_LEN));
        AtomicReference<Environment> given = new AtomicReference<>();
        network.parts().clientBuilder(environment -> {
            given.set(environment);
            return environment;
        });
        Environment environment = given.get();
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "flood");
            thread.setDaemon(true);
            return thread;
        };
        this.ticker = environment.ticker();
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
        this.keys = ServiceKeys.of(
                address, ScriptedService.times(network).forClient().period());
        Instant now = network.time().now();
        Bytes text = network.relays().stream()
                .flatMap(relay -> relay.onions().find(keys.blindedKey(), now).stream())
                .findFirst()
                .orElseThrow();
        this.descriptor = DescriptorReader.read(text, keys, Optional.empty(), now, SENDME_INCREMENT);
    }

    ImmutableList<IntroductionPoint> points() {
        return descriptor.introductionPoints();
    }

    /** How many requests introduction points have passed on. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** How many have come to nothing before. */
    int failed() {
        return failed.get();
    }

    /** Has all relays let requests of this flood to be extended wait for ever, as if the last relay did not answer. */
    void silence(TestNetwork network) {
        for (TestRelay relay : network.relays()) {
            relay.hostile(passing -> {
                if (!passing.isFromClient("EXTEND2") || !isMarked(passing.data())) {
                    return Reaction.pass();
                }
                held.add(relay.nickname() + " " + passing.circuit());
                return Reaction.drop();
            });
        }
    }

    private boolean isMarked(byte[] data) {
        return Collections.indexOfSubList(asList(data), asList(mark.toArray())) >= 0;
    }

    /** A circuit at the relay before the last. */
    private record Extended(TestRelay relay, long circuit) {}

    /** Has all relays take note of requests of this flood to be extended, which go on as always. */
    void watch(TestNetwork network) {
        network.relays()
                .forEach(relay -> relay.hostile(passing -> {
                    if (passing.isFromClient("EXTEND2") && isMarked(passing.data())) {
                        extended.add(new Extended(relay, passing.circuit()));
                    }
                    return Reaction.pass();
                }));
    }

    /** The circuits by which a service has gone where this flood wants it to, at their last relays but one, if it was watched. */
    ImmutableList<SeenPaths.Ended> extended(TestNetwork network) {
        ImmutableList.Builder<SeenPaths.Ended> circuits = ImmutableList.builder();
        for (TestRelay relay : network.relays()) {
            for (SeenCircuit seen : relay.seen()) {
                if (extended.contains(new Extended(relay, seen.number()))) {
                    circuits.add(new SeenPaths.Ended(relay, seen));
                }
            }
        }
        return circuits.build();
    }

    /** How many circuits wait so now: to each a service has begun to go, and has not given it up. */
    long heldUp(TestNetwork network) {
        return network.relays().stream()
                .mapToLong(relay -> relay.seen().stream()
                        .filter(circuit -> circuit.closed().isEmpty())
                        .filter(circuit -> held.contains(relay.nickname() + " " + circuit.number()))
                        .count())
                .sum();
    }

    /** The relay of an introduction point. */
    static TestRelay relay(TestNetwork network, IntroductionPoint point) {
        String identity = point.linkSpecifiers().stream()
                .filter(LinkSpecifier.RsaId.class::isInstance)
                .map(specifier ->
                        ((LinkSpecifier.RsaId) specifier).identity().value().hex())
                .findFirst()
                .orElseThrow();
        return network.relays().stream()
                .filter(one -> one.fingerprint().equalsIgnoreCase(identity))
                .findFirst()
                .orElseThrow();
    }

    /** Sends one request by way of a relay. */
    void send(TestRelay entry, TestRelay at, IntroductionPoint point, TestRelay meetingPoint) throws Exception {
        send(entry, at, seal(point, plaintext(specifiers(meetingPoint))));
    }

    /** Sends any request, which counts as acknowledged once the introduction point has passed it on. */
    void send(TestRelay entry, TestRelay at, Introduce1 message) throws Exception {
        RelayIdentity first = entry.host().identity();
        channels.get(new ChannelTarget(entry.address(), first.rsaIdentity(), Optional.of(first.ed25519Identity())))
                .thenCompose(channel -> ask(channel, hop(at), message))
                .whenComplete((ack, failure) -> {
                    boolean good = failure == null && ack.status() == IntroduceAck.SUCCESS;
                    (good ? acknowledged : failed).incrementAndGet();
                });
    }

    private CompletableFuture<IntroduceAck> ask(Channel channel, HopTarget point, Introduce1 message) {
        Circuit circuit;
        try {
            circuit = Circuit.on(channel, CircuitParameters.DEFAULT, random, ticker);
        } catch (ChannelException e) {
            return CompletableFuture.failedFuture(e);
        }
        return circuit.createFast()
                .thenCompose(created -> circuit.extend(point))
                .thenCompose(extended -> circuit.ask(message, RelayCommand.INTRODUCE_ACK))
                .thenApply(IntroduceAck.class::cast)
                .whenComplete((ack, failure) -> circuit.close());
    }

    /** What one request says, without padding: that somebody waits at a relay. */
    Bytes plaintext(ImmutableList<LinkSpecifier> specifiers) throws HandshakeException {
        Bytes cookie = Bytes.copyOf(random.bytes(EstablishRendezvous.COOKIE_LEN));
        return new IntroductionPlaintext(cookie, ImmutableList.of(), mark, specifiers).encode(NO_PADDING);
    }

    static ImmutableList<LinkSpecifier> specifiers(TestRelay relay) {
        RelayIdentity identity = relay.host().identity();
        return ImmutableList.of(
                address(relay),
                new LinkSpecifier.RsaId(identity.rsaIdentity()),
                new LinkSpecifier.Ed25519Id(identity.ed25519Identity()));
    }

    /** An authentic request that says anything. */
    Introduce1 seal(IntroductionPoint point, Bytes plaintext) throws HandshakeException {
        Bytes header = Introduce1.header(point.authKey(), ImmutableList.of());
        try (HsNtorClient handshake =
                new HsNtorClient(point.authKey(), point.encryptionKey(), keys.subcredential(), random)) {
            return new Introduce1(point.authKey(), ImmutableList.of(), handshake.seal(header, plaintext));
        }
    }

    private static LinkSpecifier.Ipv4 address(TestRelay relay) {
        InetSocketAddress address = relay.address();
        return new LinkSpecifier.Ipv4((Inet4Address) address.getAddress(), address.getPort());
    }

    private static HopTarget hop(TestRelay relay) {
        RelayIdentity identity = relay.host().identity();
        return new HopTarget(
                identity.rsaIdentity(),
                Optional.of(identity.ed25519Identity()),
                identity.ntorOnionKey(),
                (Inet4Address) relay.address().getAddress(),
                relay.address().getPort(),
                HopTarget.Handshake.NTOR,
                false);
    }

    @Override
    public void close() {
        channels.close();
        scheduler.close();
    }
}
