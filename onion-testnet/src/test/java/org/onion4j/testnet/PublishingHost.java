package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import com.google.common.util.concurrent.Uninterruptibles;
import java.net.Inet4Address;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.OwnedScheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.fetch.DirectoryEnvironment;
import org.onion4j.directory.fetch.DirectoryListener;
import org.onion4j.directory.fetch.DirectoryManager;
import org.onion4j.directory.fetch.DirectoryStatus;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.Vanguards;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.supply.CircuitFactory;
import org.onion4j.directory.supply.DirectoryTunnels;
import org.onion4j.directory.supply.GuardCaches;
import org.onion4j.directory.supply.InternalCircuits;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.publish.PublishEnvironment;
import org.onion4j.hs.publish.PublishEvent;
import org.onion4j.hs.publish.PublishedContent;
import org.onion4j.hs.publish.Publisher;
import org.onion4j.hs.publish.ServiceIdentity;
import org.onion4j.hs.publish.ServiceState;
import org.slf4j.LoggerFactory;

/**
 * A client of a test network that does nothing but follow the consensus and publish the descriptors of one service, whose
 * introduction points are made up. With {@code state}, it remembers what a service does.
 */
final class PublishingHost implements AutoCloseable {
    private static final Duration BUILD_TIME = Duration.ofSeconds(10);
    private static final Duration END_LIMIT = Duration.ofSeconds(20);

    final List<PublishEvent> events = new CopyOnWriteArrayList<>();
    final List<NetworkView> views = new CopyOnWriteArrayList<>();
    final AtomicReference<ImmutableList<IntroductionPoint>> points = new AtomicReference<>(ImmutableList.of());
    final InternalCircuits circuits;
    final Publisher publisher;

    private final ExecutorService threads;
    private final OwnedScheduler scheduler;
    private final ChannelManager channels;
    private final DirectoryTunnels tunnels;
    private final DirectoryManager directory;
    private final Activity activity;
    private final Optional<ServiceState> state;

    PublishingHost(TestNetwork network, ServiceIdentity identity, StateStore store, Clock clock) throws Exception {
        AtomicReference<Environment> captured = new AtomicReference<>();
        network.parts().clientBuilder(environment -> {
            captured.set(environment);
            return environment;
        });
        Environment environment = captured.get();
        RandomSource random = environment.random();
        activity = environment.activity();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "publishing host");
            thread.setDaemon(true);
            return thread;
        });
        scheduler = environment.schedulers().create(task -> {
            Thread thread = new Thread(task, "publishing host's scheduler");
            thread.setDaemon(true);
            return thread;
        });
        channels = new ChannelManager(new ChannelEnvironment(
                environment.connector(),
                clock,
                environment.ticker(),
                random,
                scheduler,
                task -> {
                    Thread thread = new Thread(task, "publishing host's channel");
                    thread.setDaemon(true);
                    return thread;
                },
                ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT,
                activity));
        CircuitFactory factory = new CircuitFactory(channels, random, environment.ticker(), this::execute, scheduler);
        tunnels = new DirectoryTunnels(factory, environment.ticker(), scheduler, activity);
        StateStore own = new MemoryStateStore();
        GuardManager guards = GuardManager.open(own, clock, environment.ticker(), random, relay -> true);
        circuits = new InternalCircuits(
                factory,
                guards,
                Vanguards.lite(clock, environment.ticker(), random),
                () -> BUILD_TIME,
                random,
                environment.ticker(),
                scheduler);
        state = Optional.of(ServiceState.open(store, "test"));
        publisher = new Publisher(
                new PublishEnvironment(
                        circuits,
                        random,
                        clock,
                        environment.ticker(),
                        scheduler,
                        this::execute,
                        activity,
                        true,
                        new SparingLog(LoggerFactory.getLogger(PublishingHost.class), environment.ticker())),
                identity,
                state,
                new PublishedContent() {
                    @Override
                    public ImmutableList<IntroductionPoint> introductionPoints() {
                        return points.get();
                    }

                    @Override
                    public ImmutableList<Bytes> clients() {
                        return ImmutableList.of();
                    }
                },
                events::add);
        directory = new DirectoryManager(
                new DirectoryEnvironment(
                        NetworkDescription.parse(network.torrc()),
                        own,
                        tunnels,
                        new GuardCaches(guards),
                        this::execute,
                        scheduler,
                        clock,
                        environment.ticker(),
                        random,
                        ClientProtocols.current()),
                new Listener(guards));
        directory.start();
    }

    /** Gives each new view to whoever needs it, as a client does. */
    private final class Listener implements DirectoryListener {
        private final GuardManager guards;
        private PathSelector selector; // one call at a time

        Listener(GuardManager guards) {
            this.guards = guards;
        }

        @Override
        public void viewChanged(NetworkView view) {
            selector = PathSelector.of(view, PathRules.DEFAULT);
            guards.update(selector);
            use();
        }

        @Override
        public void statusChanged(DirectoryStatus status) {
            if (status.ready()) {
                use();
            }
        }

        private void use() {
            if (selector != null && directory.status().ready()) {
                circuits.setNetwork(selector);
                if (views.isEmpty() || views.get(views.size() - 1) != selector.view()) {
                    views.add(selector.view());
                }
                publisher.viewChanged();
            }
        }
    }

    private void execute(Runnable work) {
        Activity.Span span = activity.begin();
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    span.close();
                }
            });
        } catch (RejectedExecutionException e) {
            span.close();
        }
    }

    /** An introduction point of no use but to be published. */
    static IntroductionPoint point(RandomSource random) {
        try (Ed25519KeyPair authKey = Ed25519KeyPair.generate(random);
                X25519 encryptionKey = X25519.generate(random);
                X25519 onionKey = X25519.generate(random)) {
            return new IntroductionPoint(
                    ImmutableList.of(
                            new LinkSpecifier.Ipv4(
                                    (Inet4Address) InetAddresses.forString("10.0.0.1"), random.nextInt(0xffff) + 1),
                            new LinkSpecifier.RsaId(RsaIdentity.copyOf(random.bytes(RsaIdentity.LEN)))),
                    onionKey.publicKey(),
                    authKey.publicKey(),
                    encryptionKey.publicKey());
        }
    }

    void publish(IntroductionPoint... all) {
        points.set(ImmutableList.copyOf(all));
        publisher.contentChanged();
    }

    NetworkView view() {
        return circuits.view().orElseThrow();
    }

    <E extends PublishEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void close() {
        publisher.close();
        directory.close();
        tunnels.close();
        threads.shutdownNow();
        channels.close();
        scheduler.close();
        state.ifPresent(ServiceState::close);
        assertThat(Uninterruptibles.awaitTerminationUninterruptibly(threads, END_LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("all work ends")
                .isTrue();
    }
}
