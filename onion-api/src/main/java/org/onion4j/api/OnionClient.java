package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.onion4j.api.internal.ClientDoor;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.DestinationRules;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.api.internal.Engine;
import org.onion4j.api.internal.EngineConfig;
import org.onion4j.api.internal.EngineFactory;
import org.onion4j.api.internal.Engines;
import org.onion4j.api.internal.Environment;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.socks.SocksProxies;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.state.DirectoryStateStore;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateNotice;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.state.StateStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the Tor network inside this process.
 *
 * <pre>{@code
 * try (OnionClient client = OnionClient.builder().stateDirectory(directory).build()) {
 *     client.bootstrap(progress -> System.out.println(progress));
 *     try (OnionStream stream = client.openStream("example.com", 443)) {
 *         stream.getOutputStream().write(request);
 *         ...
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing listens on any port unless {@link #openSocksProxy} is called, and no host name is ever looked up on this
 * machine: names go through the network as they are.
 *
 * <p>Threading: any thread may call any method. Blocking calls throw {@link OperationInterruptedException} when their thread
 * is interrupted, and {@link ClientClosedException} when the client is closed. Each has a twin that gives a
 * {@link CompletableFuture}: it fails with the {@link OnionException} that the blocking call would throw, cancelling it
 * gives the attempt up, and what depends on it runs on threads that are there for nothing else, so it may block. A request
 * that is refused without asking the network gives a future that has failed already.
 */
public final class OnionClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OnionClient.class);

    static {
        ClientDoor.install(new ClientDoor() {
            @Override
            protected void set(Builder builder, Environment environment, Owner owner) {
                builder.environment = environment;
                builder.owner = owner;
            }
        });
    }

    private final Engine engine;
    private final StateStore state;
    private final ClientRequests requests;
    private final Callbacks callbacks;
    private final SocksProxies proxies;
    private final ClientDoor.Owner owner;
    private final ServiceHosts services;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OnionClient(Engine engine, StateStore state, ClientRequests requests, Builder builder) {
        this.engine = engine;
        this.state = state;
        this.requests = requests;
        this.callbacks = new Callbacks(engine.scheduler(), builder.environment.activity());
        this.proxies = new SocksProxies(requests, builder.environment.ticker());
        this.services = new ServiceHosts(engine, builder.environment, callbacks);
        this.owner = builder.owner;
    }

    /** Begins to describe a client. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Joins the network, if that has not been done, and waits until streams can be opened.
     *
     * @throws BootstrapException if that takes longer than the client's bootstrap timeout; it goes on in the background
     * @throws ClockSkewException if this machine's clock is wrong
     */
    public void bootstrap() throws OnionException {
        Waiting.await(requests.bootstrap(), nothing -> {});
    }

    /**
     * Joins the network like {@link #bootstrap()}, telling how far it has come. The listener runs on the calling thread; what
     * it throws ends the wait and comes out here. One that is slow misses what is outdated.
     */
    public void bootstrap(Consumer<BootstrapProgress> listener) throws OnionException {
        ProgressRelay relay = ProgressRelay.toWaitingThread(listener);
        CompletableFuture<Void> future;
        Engine.Registration registration = engine.onProgress(relay::offer);
        try {
            relay.start(engine.status().bootstrap());
            future = requests.bootstrap();
            Futures.whenDone(future, (nothing, failure) -> {
                relay.offer(engine.status().bootstrap());
                relay.end();
            });
            runUntilEnd(relay, future);
        } finally {
            registration.close();
        }
        Waiting.await(future, nothing -> {});
    }

    private static void runUntilEnd(ProgressRelay relay, CompletableFuture<Void> future) throws OnionException {
        try {
            relay.runUntilEnd();
        } catch (InterruptedException e) {
            throw Waiting.interrupted(future, nothing -> {}, e);
        }
    }

    /** {@link #bootstrap()}, without waiting. */
    public CompletableFuture<Void> bootstrapAsync() {
        return callbacks.publish(requests.bootstrap(), nothing -> {});
    }

    /** {@link #bootstrap(Consumer)}, without waiting. The listener runs on one callback thread at a time. */
    public CompletableFuture<Void> bootstrapAsync(Consumer<BootstrapProgress> listener) {
        ProgressRelay relay = ProgressRelay.to(callbacks, listener);
        Engine.Registration registration = engine.onProgress(relay::offer);
        relay.start(engine.status().bootstrap());
        CompletableFuture<Void> future = requests.bootstrap();
        Futures.whenDone(future, (nothing, failure) -> {
            registration.close();
            relay.offer(engine.status().bootstrap());
        });
        return callbacks.publish(future, nothing -> {});
    }

    /** What the client is doing. Does not block. */
    public ClientStatus status() {
        ClientStatus status = engine.status();
        return closed.get() ? new ClientStatus(ClientStatus.State.CLOSED, status.bootstrap()) : status;
    }

    /**
     * Opens a stream with {@link StreamOptions#DEFAULT}.
     *
     * @see #openStream(String, int, StreamOptions)
     */
    public OnionStream openStream(String host, int port) throws OnionException {
        return openStream(host, port, StreamOptions.DEFAULT);
    }

    /**
     * Opens a stream to a host, joining the network first if need be.
     *
     * @param host a host name in ASCII, which the exit looks up, or the text of an IPv4 or IPv6 address, or the name of an
     *     onion service ({@code ....onion}), for which no exit is needed
     * @param port 1 to 65535
     * @throws InvalidDestinationException if the host or port is not one to ask for; nothing has been sent
     * @throws UnsupportedFeatureException if the options ask for what is not there yet
     * @throws OnionServiceException if the host is an onion service and it can't be reached
     * @throws StreamException if the host or the network does not give the stream; its subclasses tell why
     * @throws BootstrapException if the client did not get into the network in time
     * @throws ClockSkewException if this machine's clock is wrong
     */
    public OnionStream openStream(String host, int port, StreamOptions options) throws OnionException {
        return Waiting.await(requests.openStream(host, port, options), OnionStream::close);
    }

    /** {@link #openStream(String, int)}, without waiting. */
    public CompletableFuture<OnionStream> openStreamAsync(String host, int port) {
        return openStreamAsync(host, port, StreamOptions.DEFAULT);
    }

    /** {@link #openStream(String, int, StreamOptions)}, without waiting. */
    public CompletableFuture<OnionStream> openStreamAsync(String host, int port, StreamOptions options) {
        return callbacks.publish(requests.openStream(host, port, options), OnionStream::close);
    }

    /**
     * Looks up a host with {@link StreamOptions#DEFAULT}.
     *
     * @see #resolve(String, StreamOptions)
     */
    public List<InetAddress> resolve(String host) throws OnionException {
        return resolve(host, StreamOptions.DEFAULT);
    }

    /**
     * Looks up the addresses of a host, at an exit. Addresses that only mean something in a local network are left out,
     * unless the client allows them. The addresses carry no name. The text of an address is its own answer.
     *
     * @return at least one, in the exit's order
     * @throws HostNotFoundException if there is none
     * @throws InvalidDestinationException if the host is not one to ask for; nothing has been sent
     */
    public List<InetAddress> resolve(String host, StreamOptions options) throws OnionException {
        return Waiting.await(requests.resolve(host, options), nothing -> {});
    }

    /** {@link #resolve(String)}, without waiting. */
    public CompletableFuture<List<InetAddress>> resolveAsync(String host) {
        return resolveAsync(host, StreamOptions.DEFAULT);
    }

    /** {@link #resolve(String, StreamOptions)}, without waiting. */
    public CompletableFuture<List<InetAddress>> resolveAsync(String host, StreamOptions options) {
        CompletableFuture<ImmutableList<InetAddress>> work = requests.resolve(host, options);
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        Futures.whenDone(work, (addresses, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(addresses);
            }
        });
        Futures.whenDone(answer, (addresses, failure) -> work.cancel(false));
        return callbacks.publish(answer, nothing -> {});
    }

    /**
     * Looks up the name of an address with {@link StreamOptions#DEFAULT}.
     *
     * @see #resolveReverse(InetAddress, StreamOptions)
     */
    public String resolveReverse(InetAddress address) throws OnionException {
        return resolveReverse(address, StreamOptions.DEFAULT);
    }

    /**
     * Looks up the name of an address, at an exit.
     *
     * @throws HostNotFoundException if it has none
     * @throws InvalidDestinationException if the address is of a local network and the client does not allow those
     */
    public String resolveReverse(InetAddress address, StreamOptions options) throws OnionException {
        return Waiting.await(requests.resolveReverse(address, options), nothing -> {});
    }

    /** {@link #resolveReverse(InetAddress)}, without waiting. */
    public CompletableFuture<String> resolveReverseAsync(InetAddress address) {
        return resolveReverseAsync(address, StreamOptions.DEFAULT);
    }

    /** {@link #resolveReverse(InetAddress, StreamOptions)}, without waiting. */
    public CompletableFuture<String> resolveReverseAsync(InetAddress address, StreamOptions options) {
        return callbacks.publish(requests.resolveReverse(address, options), nothing -> {});
    }

    /**
     * Tells the client that the device has another network now, or has one again: from mobile data to a wireless network,
     * say, or after it slept. All connections are dropped at once, since those of the old network may never be heard of
     * again, and new ones made without waiting for what failed there. Streams that are open fail with {@link
     * CircuitClosedException}; those that are being opened go on by themselves. Without this call the client finds out by
     * itself, but takes up to a minute, so applications on phones should forward what their platform says about networks.
     * Does not block; no effect on a client that has not touched the network yet, or is closed.
     */
    public void networkChanged() {
        engine.networkChanged();
    }

    /**
     * Gives the client the key by which an onion service knows it, for a service that is for authorized clients alone. The
     * key is kept in memory until the client is closed; streams that are open are not touched.
     *
     * @param host the name of the service ({@code ....onion})
     * @param privateKey the client's X25519 private key for this service, 32 bytes; a copy is made
     * @throws InvalidDestinationException if the host is not the name of an onion service
     */
    public void authorize(String host, byte[] privateKey) throws OnionException {
        checkArgument(privateKey.length == X25519.LEN, "a key of %s bytes", privateKey.length);
        OnionAddress service = DestinationRules.onionService(host);
        engine.authorize(service, SecretBytes.copyOf(privateKey, 0, privateKey.length));
    }

    /**
     * Gives the client the key by which an onion service knows it, like {@link #authorize(String, byte[])}.
     *
     * @param pair stays the caller's
     * @throws InvalidDestinationException if the host is not the name of an onion service
     */
    public void authorize(String host, OnionClientKeyPair pair) throws OnionException {
        OnionAddress service = DestinationRules.onionService(host);
        engine.authorize(service, SecretBytes.adopt(pair.privateKey()));
    }

    /**
     * Takes back what {@link #authorize} gave.
     *
     * @throws InvalidDestinationException if the host is not the name of an onion service
     */
    public void unauthorize(String host) throws OnionException {
        engine.unauthorize(DestinationRules.onionService(host));
    }

    /**
     * Begins to host an onion service, joining the network first if need be. Returns when the service has its key and
     * address, without waiting for the network: {@link OnionService#awaitPublished} tells when clients can find it. Any
     * number of services can be hosted at a time.
     *
     * @throws OnionServiceConflictException if this client hosts a service of this name or key already, or the state
     *     directory keeps one with another key under this name
     */
    public OnionService host(OnionServiceConfig config) throws OnionException {
        return Waiting.await(services.host(config), OnionService::close);
    }

    /** {@link #host}, without waiting. */
    public CompletableFuture<OnionService> hostAsync(OnionServiceConfig config) {
        return callbacks.publish(services.host(config), OnionService::close);
    }

    /**
     * Starts a SOCKS5 and SOCKS4a proxy on 127.0.0.1, through which any program of this machine can use the client until the
     * proxy or the client is closed. Connections that come before the client is in the network wait. Streams with different
     * user names or passwords share no circuit; neither do those of different proxies.
     *
     * @param port 1 to 65535, or 0 for any free one: {@link ProxyServer#port} tells which
     * @throws ProxyException if the port is taken, or this process may not listen there; nothing is left running
     * @throws IllegalArgumentException if it is no port
     */
    public ProxyServer openSocksProxy(int port) throws OnionException {
        return openSocksProxy(port, SocksOptions.DEFAULT);
    }

    /** Starts a proxy like {@link #openSocksProxy(int)} that behaves as the options say. */
    public ProxyServer openSocksProxy(int port, SocksOptions options) throws OnionException {
        return proxies.open(port, options.errors());
    }

    /**
     * Closes all streams, proxies and onion services, ends all circuits and connections and lets go of the state directory. Calls that wait
     * fail with {@link ClientClosedException}. When this returns, no thread and no socket of the client is left, but for
     * threads on which the application's own callbacks still run. Again: no effect.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        requests.close();
        try {
            proxies.close();
            services.close();
            engine.close();
        } finally {
            state.close();
            callbacks.close();
            owner.closed(this);
        }
    }

    /** Describes a client. Not for more than one thread; may build any number of clients, one for each state directory. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester") // its annotation would be part of what we export
    public static final class Builder {
        private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofMinutes(2);
        private static final Duration DEFAULT_BOOTSTRAP_TIMEOUT = Duration.ofMinutes(5);

        private NetworkConfig network;
        private Path stateDirectory;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private Duration bootstrapTimeout = DEFAULT_BOOTSTRAP_TIMEOUT;
        private InternalAddresses internalAddresses = InternalAddresses.REFUSED;
        private VanguardMode vanguards = VanguardMode.LITE;
        private Environment environment = Environment.system();
        private EngineFactory engines = Engines.real();
        private ClientDoor.Owner owner = ClientDoor.Owner.NOBODY;

        private Builder() {}

        /** The network to join. Default: the public Tor network. */
        public Builder network(NetworkConfig network) {
            this.network = network;
            return this;
        }

        /**
         * Where to remember what is worth it from one run to the next: the relays known, and the guards, without which each
         * start is slower and each run trusts another guard. Made for its owner alone if it is absent; if others may write to
         * it they lose that right, and one that belongs to another user is refused. Default: nothing is remembered.
         */
        public Builder stateDirectory(Path directory) {
            this.stateDirectory = directory;
            return this;
        }

        /**
         * How long opening a stream or a look-up may take unless its options say otherwise. Default: 2 minutes.
         *
         * @throws IllegalArgumentException if it is zero, negative, or longer than 365 days
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = Timeouts.check(timeout);
            return this;
        }

        /**
         * How long {@link OnionClient#bootstrap()} may take. Default: 5 minutes.
         *
         * @throws IllegalArgumentException if it is zero, negative, or longer than 365 days
         */
        public Builder bootstrapTimeout(Duration timeout) {
            this.bootstrapTimeout = Timeouts.check(timeout);
            return this;
        }

        /**
         * Lets hosts be asked for that are on this machine or in a local network, which means that of the exit. For networks
         * whose exits reach such hosts on purpose; one for tests allows them by itself. Default: refused.
         */
        public Builder allowInternalAddresses() {
            this.internalAddresses = InternalAddresses.ALLOWED;
            return this;
        }

        /** How circuits to and of onion services are protected. Default: {@link VanguardMode#LITE}. */
        public Builder vanguards(VanguardMode mode) {
            this.vanguards = checkNotNull(mode);
            return this;
        }

        Builder environment(Environment environment) {
            this.environment = environment;
            return this;
        }

        Builder engines(EngineFactory engines) {
            this.engines = engines;
            return this;
        }

        /**
         * Makes the client. It touches the network at {@link OnionClient#bootstrap()} or at the first request.
         *
         * @throws StateInUseException if another client holds the state directory
         * @throws StateException if the state directory cannot be used, or belongs to another user
         * @throws UnsupportedFeatureException if the network is to be reached through bridges
         */
        public OnionClient build() throws OnionException {
            NetworkConfig config = network == null ? NetworkConfig.publicNetwork() : network;
            NetworkDescription description = config.description();
            if (description.requiresBridges()) {
                throw new UnsupportedFeatureException(
                        UnsupportedFeatureException.Feature.BRIDGES,
                        "the network is to be reached through bridges, which this release does not support");
            }
            OnionClient client = make(description, config.isTesting() ? InternalAddresses.ALLOWED : internalAddresses);
            boolean taken = false;
            try {
                owner.built(client);
                taken = true;
                return client;
            } finally {
                if (!taken) {
                    client.close();
                }
            }
        }

        private OnionClient make(NetworkDescription description, InternalAddresses internal) throws OnionException {
            StateStore state = openState();
            boolean made = false;
            try {
                Engine engine = engines.create(new EngineConfig(description, state, internal, vanguards, environment));
                ClientRequests requests =
                        new ClientRequests(engine, new DestinationRules(internal), connectTimeout, bootstrapTimeout);
                OnionClient client = new OnionClient(engine, state, requests, this);
                made = true;
                return client;
            } finally {
                if (!made) {
                    state.close();
                }
            }
        }

        private StateStore openState() throws StateException {
            if (stateDirectory == null) {
                return new MemoryStateStore();
            }
            try {
                return DirectoryStateStore.open(stateDirectory, environment.files(), Builder::tell);
            } catch (StateStoreException e) {
                throw e.reason() == StateStoreException.Reason.IN_USE
                        ? new StateInUseException(e.getMessage(), e)
                        : new StateException(e.getMessage(), e);
            }
        }

        private static void tell(StateNotice notice) {
            if (notice.kind() == StateNotice.Kind.SAVED_AGAIN) {
                log.info("{}", notice);
            } else {
                log.warn("{}", notice);
            }
        }
    }
}
