package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.ClientStatus;
import org.onion4j.api.InternalErrorException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.api.internal.Engine;
import org.onion4j.api.internal.EngineConfig;
import org.onion4j.api.internal.Environment;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.internal.HostedService;
import org.onion4j.api.internal.ResolvedAnswers;
import org.onion4j.api.internal.StreamRequest;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.OwnedScheduler;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.WarmUp;
import org.onion4j.directory.fetch.DirectoryEnvironment;
import org.onion4j.directory.fetch.DirectoryManager;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.VanguardMode;
import org.onion4j.directory.guard.Vanguards;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.supply.BuildTimeouts;
import org.onion4j.directory.supply.CircuitFactory;
import org.onion4j.directory.supply.CircuitSupply;
import org.onion4j.directory.supply.DirectoryTunnels;
import org.onion4j.directory.supply.GuardCaches;
import org.onion4j.directory.supply.InternalCircuits;
import org.onion4j.directory.supply.PredictedPorts;
import org.onion4j.directory.supply.SupplyParameters;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.hs.client.ClientEnvironment;
import org.onion4j.hs.client.OnionServiceClient;
import org.onion4j.hs.service.ServiceEnvironment;

/**
 * The engine of one client: owns its threads, channels, directory, guards and circuits, and attaches its streams.
 *
 * <p>Threading: any thread may call; nothing blocks but {@link #close}. At rest there are the scheduler and two threads a
 * channel; workers come and go with work.
 */
public final class ClientEngine implements Engine {
    private static final Duration SAVE_EVERY = Duration.ofMinutes(1);
    private static final Duration FLUSH_TIME = Duration.ofSeconds(3);
    private static final Duration END_TIME = Duration.ofSeconds(10);

    private final EngineThreads threads = new EngineThreads("onion4j");
    private final OwnedScheduler scheduler;
    private final Activity activity;
    private final ExecutorService workers;
    private final ProgressBoard progress = new ProgressBoard();
    private final ReadyGate gate = new ReadyGate();
    private final ChannelManager channels;
    private final DirectoryTunnels tunnels;
    private final GuardManager guards;
    private final Vanguards vanguards;
    private final CircuitSupply supply;
    private final InternalCircuits internalCircuits;
    private final OnionServiceClient services;
    private final ServiceHosting hosting;
    private final DirectoryManager directory;
    private final InternalAddresses internal;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** An engine that has not touched the network yet. */
    public ClientEngine(EngineConfig config) {
        Environment environment = config.environment();
        scheduler = environment.schedulers().create(threads);
        workers = threads.newWorkers(scheduler);
        activity = environment.activity();
        internal = config.internal();
        NetworkDescription network = config.network();
        PathRules rules = network.subnets() == NetworkDescription.Subnets.DISTINCT
                ? PathRules.DEFAULT
                : PathRules.DEFAULT.withoutDistinctSubnets();
        ChannelEnvironment links = new ChannelEnvironment(
                environment.connector(),
                environment.clock(),
                environment.ticker(),
                environment.random(),
                scheduler,
                threads,
                ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT,
                activity);
        channels = new ChannelManager(links);
        CircuitFactory factory =
                new CircuitFactory(channels, environment.random(), environment.ticker(), this::execute, scheduler);
        tunnels = new DirectoryTunnels(factory, environment.ticker(), scheduler, activity);
        guards = GuardManager.open(
                config.state(), environment.clock(), environment.ticker(), environment.random(), relay -> true);
        supply = new CircuitSupply(
                factory,
                guards,
                BuildTimeouts.open(config.state(), environment.random()),
                new PredictedPorts(environment.ticker(), environment.random()),
                SupplyParameters.DEFAULT,
                environment.clock(),
                environment.ticker(),
                environment.random(),
                scheduler);
        vanguards = Vanguards.open(
                switch (config.vanguards()) {
                    case LITE -> VanguardMode.LITE;
                    case FULL -> VanguardMode.FULL;
                },
                config.state(),
                environment.clock(),
                environment.ticker(),
                environment.random(),
                this::execute);
        internalCircuits = new InternalCircuits(
                factory,
                guards,
                vanguards,
                supply::buildTimeout,
                environment.random(),
                environment.ticker(),
                scheduler);
        services = new OnionServiceClient(new ClientEnvironment(
                internalCircuits,
                environment.random(),
                environment.clock(),
                environment.ticker(),
                scheduler,
                this::execute,
                activity,
                network.kind() == NetworkDescription.Kind.TESTING,
                links.bugs()));
        hosting = new ServiceHosting(
                new ServiceEnvironment(
                        internalCircuits,
                        environment.random(),
                        environment.clock(),
                        environment.ticker(),
                        scheduler,
                        this::execute,
                        activity,
                        network.kind() == NetworkDescription.Kind.TESTING,
                        links.bugs()),
                config.state(),
                closed::get);
        directory = new DirectoryManager(
                new DirectoryEnvironment(
                        network,
                        config.state(),
                        tunnels,
                        new GuardCaches(guards),
                        this::execute,
                        scheduler,
                        environment.clock(),
                        environment.ticker(),
                        environment.random(),
                        ClientProtocols.current()),
                new Bootstrap(
                        guards,
                        supply,
                        internalCircuits,
                        services,
                        channels,
                        rules,
                        progress,
                        gate,
                        hosting::viewChanged));
    }

    private record Task(Runnable work, Activity.Span span, Consumer<Throwable> bugs) implements Runnable {
        @Override
        public void run() {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                bugs.accept(e); // the worker stays: if threads are what there is too little of, no other would come
            } finally {
                span.close();
            }
        }
    }

    /** Work that comes after the end is dropped: nobody waits for it. */
    private void execute(Runnable work) {
        Activity.Span span = activity.begin();
        try {
            workers.execute(new Task(work, span, threads::onBug));
        } catch (RejectedExecutionException e) {
            span.close();
            if (!closed.get()) {
                throw e;
            }
        }
    }

    private void start() {
        if (started.compareAndSet(false, true) && !closed.get()) {
            directory.start();
            execute(WarmUp::run); // while the first connection is made
            // Many a process is killed rather than closed: its guards must outlive it, or each run trusts other ones.
            Futures.whenSucceeded(gate.await(), nothing -> execute(this::save));
            saveLater();
        }
    }

    private void saveLater() {
        scheduler.schedule(
                () -> {
                    execute(this::save);
                    saveLater();
                },
                SAVE_EVERY);
    }

    private void save() {
        guards.save();
        vanguards.save();
        supply.save();
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        start();
        if (gate.isHopeless()) {
            directory.lookAgain(); // the user may have set the clock a moment ago
        }
        return gate.await();
    }

    @Override
    public ClientStatus status() {
        BootstrapProgress now = progress.current();
        ClientStatus.State state = gate.isOpen()
                ? ClientStatus.State.READY
                : started.get() ? ClientStatus.State.BOOTSTRAPPING : ClientStatus.State.IDLE;
        return new ClientStatus(state, now);
    }

    @Override
    public Registration onProgress(Consumer<BootstrapProgress> listener) {
        return progress.register(listener);
    }

    @Override
    public CompletableFuture<OnionStream> openStream(StreamRequest request) {
        Optional<OnionAddress> service = request.destination().onion();
        if (service.isPresent()) {
            int port = request.destination().port();
            OnionServiceClient.Given when = request.earlyData() == StreamOptions.EarlyData.OPTIMISTIC
                    ? OnionServiceClient.Given.ASKED
                    : OnionServiceClient.Given.OPEN;
            return onceReady(
                    () -> services.openStream(service.get(), port, request.isolation(), when),
                    stream -> new CircuitStream(stream, closed::get),
                    stream -> stream.close(),
                    Errors::whileOpeningToService);
        }
        return onceReady(
                () -> StreamOpener.open(supply, scheduler, internal, request),
                stream -> new CircuitStream(stream, closed::get),
                stream -> stream.close());
    }

    @Override
    public CompletableFuture<ImmutableList<InetAddress>> resolve(StreamRequest request) {
        Resolve question = new Resolve(request.destination().host());
        return onceReady(
                () -> StreamOpener.resolve(supply, scheduler, request, question),
                ResolvedAnswers::addresses,
                unwanted -> {});
    }

    @Override
    public CompletableFuture<String> resolveReverse(StreamRequest request) {
        Resolve question =
                new Resolve(ReverseNames.of(request.destination().address().get()));
        return onceReady(
                () -> StreamOpener.resolve(supply, scheduler, request, question),
                ResolvedAnswers::hostname,
                unwanted -> {});
    }

    private interface Conversion<T, R> {
        R convert(T value) throws OnionException;
    }

    /** Waits for the network, then tries; cancelling what it returns reaches the try. */
    private <T, R> CompletableFuture<R> onceReady(
            Supplier<CompletableFuture<T>> attempt, Conversion<T, R> conversion, Consumer<T> discard) {
        return onceReady(attempt, conversion, discard, Errors::whileOpening);
    }

    private <T, R> CompletableFuture<R> onceReady(
            Supplier<CompletableFuture<T>> attempt,
            Conversion<T, R> conversion,
            Consumer<T> discard,
            Function<Throwable, OnionException> errors) {
        CompletableFuture<R> result = new CompletableFuture<>();
        CompletableFuture<Void> ready = bootstrap();
        cancelWith(result, ready);
        ready.whenComplete((nothing, blocked) -> {
            if (blocked != null) {
                result.completeExceptionally(CircuitFactory.cause(blocked));
                return;
            }
            if (result.isDone()) {
                return;
            }
            CompletableFuture<T> tried;
            try {
                tried = attempt.get();
            } catch (RuntimeException e) { // a bug of ours, which must not leave the application waiting
                result.completeExceptionally(new InternalErrorException("an unexpected failure", e));
                return;
            }
            cancelWith(result, tried);
            tried.whenComplete((value, failure) -> finish(result, value, failure, conversion, discard, errors));
        });
        return result;
    }

    private <T, R> void finish(
            CompletableFuture<R> result,
            T value,
            Throwable failure,
            Conversion<T, R> conversion,
            Consumer<T> discard,
            Function<Throwable, OnionException> errors) {
        if (failure != null) {
            result.completeExceptionally(
                    closed.get() ? closedException() : errors.apply(CircuitFactory.cause(failure)));
            return;
        }
        try {
            if (!result.complete(conversion.convert(value))) {
                discard.accept(value); // given up in the meantime
            }
        } catch (OnionException e) {
            result.completeExceptionally(e);
        }
    }

    private static void cancelWith(CompletableFuture<?> whole, CompletableFuture<?> part) {
        whole.whenComplete((value, failure) -> {
            if (whole.isCancelled()) {
                part.cancel(false);
            }
        });
    }

    @Override
    public void networkChanged() {
        if (!started.get() || closed.get()) {
            return;
        }
        channels.networkChanged(); // first: nothing new may begin on the old links
        guards.networkChanged();
        supply.networkChanged();
        internalCircuits.networkChanged();
        services.networkChanged();
        hosting.networkChanged();
        directory.networkChanged();
    }

    @Override
    public void authorize(OnionAddress service, SecretBytes key) {
        services.authorize(service, key);
    }

    @Override
    public void unauthorize(OnionAddress service) {
        services.unauthorize(service);
    }

    @Override
    public CompletableFuture<HostedService> host(HostRequest request) {
        CompletableFuture<HostedService> result = new CompletableFuture<>();
        Futures.whenDone(result, (service, failure) -> request.key().ifPresent(SecretBytes::close));
        execute(() -> {
            try {
                result.complete(hosting.host(request));
            } catch (OnionException e) {
                result.completeExceptionally(e);
            } catch (RuntimeException e) { // a bug of ours, which must not leave the application waiting
                result.completeExceptionally(new InternalErrorException("an unexpected failure", e));
            }
        });
        start();
        if (closed.get()) {
            result.completeExceptionally(closedException());
        }
        return result;
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    private static ClientClosedException closedException() {
        return new ClientClosedException("the client has been closed", null);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        gate.shut(closedException());
        hosting.close(); // first: it has something to save
        directory.close();
        services.close();
        internalCircuits.close();
        supply.close();
        tunnels.close();
        closeChannels();
        save();
        scheduler.close();
        workers.shutdownNow().forEach(dropped -> ((Task) dropped).span.close());
        threads.join(workers, END_TIME);
    }

    /** Lets what is queued go out: relays should hear that circuits are over. */
    private void closeChannels() {
        CompletableFuture<?>[] ends =
                channels.channels().stream().map(Channel::closed).toArray(CompletableFuture<?>[]::new);
        channels.close();
        try {
            CompletableFuture.allOf(ends).get(FLUSH_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return; // they end by themselves once their sockets are closed
        }
    }
}
