package org.onion4j.api.internal;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.ClientStatus;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.InternalErrorException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.IpVersions;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.api.UnsupportedFeatureException;
import org.onion4j.circuit.runtime.Scheduler;

/**
 * All requests of one client, whichever way they come: checks them, gives each a time limit, and ends those that are under
 * way when the client is closed. A future that is cancelled gives its request up; a stream that opens too late for anyone
 * to want it is closed.
 *
 * <p>Threading: any thread. Futures are done on the engine's threads: what depends on them must not block.
 */
public final class ClientRequests {
    private final Engine engine;
    private final DestinationRules rules;
    private final Duration connectTimeout;
    private final Duration bootstrapTimeout;
    private final Map<Object, CompletableFuture<?>> pending = new ConcurrentHashMap<>(); // by a key of its own each
    private volatile boolean closed;

    public ClientRequests(Engine engine, DestinationRules rules, Duration connectTimeout, Duration bootstrapTimeout) {
        this.engine = engine;
        this.rules = rules;
        this.connectTimeout = connectTimeout;
        this.bootstrapTimeout = bootstrapTimeout;
    }

    public Engine engine() {
        return engine;
    }

    public DestinationRules rules() {
        return rules;
    }

    /** Joins the network, within the client's time for that. */
    public CompletableFuture<Void> bootstrap() {
        return run(
                engine::bootstrap,
                bootstrapTimeout,
                () -> notBootstrapped(engine.status().bootstrap(), bootstrapTimeout),
                nothing -> null,
                nothing -> {});
    }

    /** Opens a stream. A false destination fails the future. */
    public CompletableFuture<OnionStream> openStream(String host, int port, StreamOptions options) {
        StreamRequest request;
        try {
            request = withAllowedAddress(request(rules.forStream(host, port), options));
        } catch (OnionException e) {
            return failed(e);
        }
        return openStream(request, options.timeout().orElse(connectTimeout));
    }

    /** Opens a stream within the client's time for that. */
    public CompletableFuture<OnionStream> openStream(StreamRequest request) {
        return openStream(request, connectTimeout);
    }

    private CompletableFuture<OnionStream> openStream(StreamRequest request, Duration timeout) {
        return run(
                () -> engine.openStream(request),
                timeout,
                () -> tooLate(timeout),
                stream -> stream,
                OnionStream::close);
    }

    /** Looks up a host's addresses; those of an address are itself. */
    public CompletableFuture<ImmutableList<InetAddress>> resolve(String host, StreamOptions options) {
        StreamRequest request;
        try {
            request = withAllowedAddress(request(rules.forResolve(host), options));
        } catch (OnionException e) {
            return failed(e);
        }
        return resolve(request, options.timeout().orElse(connectTimeout));
    }

    /** Looks up a host's addresses within the client's time for that. */
    public CompletableFuture<ImmutableList<InetAddress>> resolve(StreamRequest request) {
        return resolve(request, connectTimeout);
    }

    private CompletableFuture<ImmutableList<InetAddress>> resolve(StreamRequest request, Duration timeout) {
        Optional<InetAddress> literal = request.destination().address();
        return run(
                () -> literal.isPresent()
                        ? CompletableFuture.completedFuture(ImmutableList.of(literal.get()))
                        : engine.resolve(request),
                timeout,
                () -> tooLate(timeout),
                answers -> literal.isPresent() ? answers : believable(answers, request),
                nothing -> {});
    }

    /** Looks up the name of an address. */
    public CompletableFuture<String> resolveReverse(InetAddress address, StreamOptions options) {
        StreamRequest request;
        try {
            request = request(rules.forReverse(address), options);
        } catch (OnionException e) {
            return failed(e);
        }
        return resolveReverse(request, options.timeout().orElse(connectTimeout));
    }

    /** Looks up the name of an address within the client's time for that. */
    public CompletableFuture<String> resolveReverse(StreamRequest request) {
        return resolveReverse(request, connectTimeout);
    }

    private CompletableFuture<String> resolveReverse(StreamRequest request, Duration timeout) {
        return run(() -> engine.resolveReverse(request), timeout, () -> tooLate(timeout), name -> name, nothing -> {});
    }

    /** Fails what is under way, and everything that comes later. */
    public void close() {
        closed = true;
        for (CompletableFuture<?> future : pending.values()) {
            future.completeExceptionally(closedException());
        }
    }

    /** What a future of this class failed with. */
    public static OnionException cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof OnionException e ? e : new InternalErrorException("an unexpected failure", cause);
    }

    private static StreamRequest request(Destination destination, StreamOptions options) throws OnionException {
        if (options.exitCountry().isPresent()) {
            throw new UnsupportedFeatureException(
                    UnsupportedFeatureException.Feature.EXIT_COUNTRY,
                    "choosing the exit's country is not supported in this release");
        }
        return new StreamRequest(
                destination, options.isolation().map(token -> token), options.ipVersions(), options.earlyData());
    }

    /** Refuses an address of the kind that the caller ruled out. */
    private static StreamRequest withAllowedAddress(StreamRequest request) throws InvalidDestinationException {
        Optional<InetAddress> address = request.destination().address();
        if (address.isPresent() && !allows(request.ipVersions(), address.get())) {
            throw new InvalidDestinationException(
                    InvalidDestinationException.Reason.IP_VERSION,
                    "the host is an address of the kind that the options rule out");
        }
        return request;
    }

    private static boolean allows(IpVersions versions, InetAddress address) {
        return address.getAddress().length == 4 ? versions.allowsIpv4() : versions.allowsIpv6();
    }

    private ImmutableList<InetAddress> believable(ImmutableList<InetAddress> answers, StreamRequest request)
            throws HostNotFoundException {
        ImmutableList<InetAddress> good = answers.stream()
                .filter(address -> allows(request.ipVersions(), address))
                .filter(rules::accepts)
                .collect(ImmutableList.toImmutableList());
        if (good.isEmpty()) {
            throw new HostNotFoundException("the exit gave no address that could be used", Optional.empty(), null);
        }
        return good;
    }

    private interface Check<T> {
        T apply(T value) throws OnionException;
    }

    /** Runs a request of the engine's until it is done, its time is over, the caller cancels it, or the client is closed. */
    private <T> CompletableFuture<T> run(
            Supplier<CompletableFuture<T>> start,
            Duration timeout,
            Supplier<OnionException> onTimeout,
            Check<T> check,
            Consumer<T> discard) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Object key = new Object();
        pending.put(key, result);
        if (closed) {
            pending.remove(key);
            return failed(closedException());
        }
        Scheduler.Cancellable timer =
                engine.scheduler().schedule(() -> result.completeExceptionally(onTimeout.get()), timeout);
        CompletableFuture<T> work;
        try {
            work = start.get();
        } catch (RuntimeException e) {
            work = failed(new InternalErrorException("a request could not be made", e));
        }
        Futures.whenDone(work, (value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(cause(failure));
                return;
            }
            try {
                if (!result.complete(check.apply(value))) {
                    discard.accept(value);
                }
            } catch (OnionException e) {
                result.completeExceptionally(e);
            }
        });
        CompletableFuture<T> started = work;
        Futures.whenDone(result, (value, failure) -> {
            timer.cancel();
            pending.remove(key);
            started.cancel(false); // no effect if it is done
        });
        return result;
    }

    private OnionException tooLate(Duration timeout) {
        ClientStatus status = engine.status();
        if (status.state() != ClientStatus.State.READY) {
            return notBootstrapped(status.bootstrap(), timeout);
        }
        return new StreamTimeoutException("no answer within " + text(timeout), Optional.empty(), null);
    }

    private static BootstrapException notBootstrapped(BootstrapProgress progress, Duration timeout) {
        return new BootstrapException(
                progress.phase(), "not in the network within " + text(timeout) + "; at " + progress, null);
    }

    private static String text(Duration timeout) {
        long millis = timeout.toMillis();
        if (millis == 0) {
            return timeout.toNanos() + " ns";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    private static ClientClosedException closedException() {
        return new ClientClosedException("the client has been closed", null);
    }

    private static <T> CompletableFuture<T> failed(OnionException failure) {
        CompletableFuture<T> future = new CompletableFuture<>();
        future.completeExceptionally(failure);
        return future;
    }
}
