package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.HostedService;
import org.onion4j.api.internal.service.AcceptQueue;
import org.onion4j.api.internal.service.ServiceStreams;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * An onion service of this client: others reach it by its address and learn nothing of where it is. Made by
 * {@link OnionClient#host}, closed with its client or before.
 *
 * <pre>{@code
 * try (OnionService service = client.host(OnionServiceConfig.builder().port(80).build())) {
 *     service.awaitPublished(Duration.ofMinutes(2));
 *     System.out.println(service.address());
 *     try (OnionServiceStream stream = service.accept()) { ... }
 * }
 * }</pre>
 *
 * <p>Threading: any thread may call any method; what is said of blocking calls and their twins at {@link OnionClient} holds
 * here, too.
 */
public final class OnionService implements Closeable {
    private static final Duration STOP_TIME = Duration.ofSeconds(5);

    private final HostedService hosted;
    private final ServiceStreams streams;
    private final Scheduler scheduler;
    private final RandomSource random;
    private final Callbacks callbacks;
    private final Runnable onEnd;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final ReentrantLock clientsLock = new ReentrantLock();
    private final int introductionPoints;
    private final Set<OnionClientKey> clients; // under clientsLock
    private boolean restricted; // under clientsLock

    /** @param onEnd called when nothing of the service is left */
    OnionService(
            HostedService hosted,
            ServiceStreams streams,
            OnionServiceConfig config,
            Scheduler scheduler,
            RandomSource random,
            Callbacks callbacks,
            Runnable onEnd) {
        this.hosted = hosted;
        this.streams = streams;
        this.scheduler = scheduler;
        this.random = random;
        this.callbacks = callbacks;
        this.onEnd = onEnd;
        this.introductionPoints = config.introductionPoints();
        this.clients = new LinkedHashSet<>(config.clients());
        this.restricted = config.restricted();
    }

    /** The service's host name, by which clients reach it: 56 characters and {@code .onion}. */
    public String address() {
        return hosted.address().host();
    }

    /**
     * Done when clients can find the service: directories have taken its descriptor for the first time. It fails with
     * {@link OnionServiceClosedException} if the service is closed before.
     */
    public CompletableFuture<Void> published() {
        return callbacks.publish(copyOf(hosted.published()), nothing -> {});
    }

    /**
     * Waits for {@link #published}.
     *
     * @throws OnionServiceTimeoutException if that takes longer; the service goes on trying
     * @throws OnionServiceClosedException if the service is closed
     * @throws IllegalArgumentException if the timeout is zero, negative, or longer than 365 days
     */
    public void awaitPublished(Duration timeout) throws OnionException {
        CompletableFuture<Void> future = copyOf(hosted.published());
        limit(future, timeout, "the service has not been published in time");
        Waiting.await(future, nothing -> {});
    }

    /** A future of the caller's own, which may be cancelled. */
    private static CompletableFuture<Void> copyOf(CompletableFuture<Void> ours) {
        CompletableFuture<Void> copy = new CompletableFuture<>();
        Futures.whenDone(ours, (nothing, failure) -> {
            if (failure != null) {
                copy.completeExceptionally(failure);
            } else {
                copy.complete(null);
            }
        });
        return copy;
    }

    private void limit(CompletableFuture<?> future, Duration timeout, String message) {
        Scheduler.Cancellable timer = scheduler.schedule(
                () -> future.completeExceptionally(new OnionServiceTimeoutException(message, null)),
                Timeouts.check(timeout));
        Futures.whenDone(future, (value, failure) -> timer.cancel());
    }

    /**
     * The next stream of a client to any of the ports that have no handler, target or server socket. Waits until there is
     * one. The stream is open, and the caller's to close.
     *
     * @throws OnionServiceClosedException if the service is closed
     */
    public OnionServiceStream accept() throws OnionException {
        return accept(streams.accepts());
    }

    /**
     * {@link #accept()}, for a time.
     *
     * @throws OnionServiceTimeoutException if none comes by then
     * @throws IllegalArgumentException if the timeout is zero, negative, or longer than 365 days
     */
    public OnionServiceStream accept(Duration timeout) throws OnionException {
        return accept(streams.accepts(), timeout);
    }

    /** {@link #accept()}, without waiting. */
    public CompletableFuture<OnionServiceStream> acceptAsync() {
        AcceptQueue queue = streams.accepts();
        return callbacks.publish(queue.take(), queue::giveBack);
    }

    OnionServiceStream accept(AcceptQueue queue) throws OnionException {
        return Waiting.await(queue.take(), queue::giveBack);
    }

    OnionServiceStream accept(AcceptQueue queue, Duration timeout) throws OnionException {
        CompletableFuture<OnionServiceStream> future = queue.take();
        limit(future, timeout, "no stream has come in time");
        return Waiting.await(future, queue::giveBack);
    }

    /**
     * One port in the form of a bound server socket, for code that knows sockets: its streams come out of
     * {@link ServerSocket#accept} and no longer out of {@link #accept()}, until it is closed. Sockets that come out of it
     * know no addresses. Nothing listens on this machine.
     *
     * @param port one that the service offers without a handler or target
     * @throws OnionServiceConflictException if the port has a server socket already
     * @throws OnionServiceClosedException if the service is closed
     * @throws IllegalArgumentException if it is no such port
     */
    public ServerSocket serverSocket(int port) throws OnionException {
        checkArgument(streams.isForAccept(port), "streams of port %s are not to be accepted", port);
        AcceptQueue queue = streams.claim(port);
        boolean made = false;
        try {
            ServerSocket socket = new OnionServerSocket(this, port, queue);
            if (closed.get()) {
                throw closedException();
            }
            made = true;
            return socket;
        } catch (OnionException e) {
            throw e;
        } catch (IOException e) {
            throw new InternalErrorException("a server socket could not be made", e);
        } finally {
            if (!made) {
                release(port, queue);
            }
        }
    }

    void release(int port, AcceptQueue queue) {
        streams.release(port, queue, closedException());
    }

    /**
     * Lets a client find and reach the service, and from now on nobody else but clients that are authorized. The service
     * takes new introduction points if it was open for everybody until now. Streams that are open stay open. Does not
     * block; {@link OnionServiceEvent.Published} tells when it has taken effect. Which clients are authorized is not kept in
     * the state directory: the application says it anew at each start.
     *
     * @throws TooManyAuthorizedClientsException if there are as many already as the service's descriptor has room for
     */
    public void authorizeClient(OnionClientKey client) {
        clientsLock.lock();
        try {
            if (!clients.contains(client)) {
                OnionServiceConfig.checkClients(clients.size() + 1, introductionPoints);
            }
            restricted = true;
            if (clients.add(client)) {
                setClients();
            }
        } finally {
            clientsLock.unlock();
        }
    }

    /**
     * Takes back what {@link #authorizeClient} or {@link OnionServiceConfig.Builder#authorizeClient} gave: the client
     * can't find the service any more, nor reach it by what it knows, since the service takes new introduction points. When
     * the last one is revoked, nobody can reach the service. Streams that are open stay open. Does not block; no effect if
     * the client isn't authorized.
     */
    public void revokeClient(OnionClientKey client) {
        clientsLock.lock();
        try {
            if (clients.remove(client)) {
                setClients();
            }
        } finally {
            clientsLock.unlock();
        }
    }

    private void setClients() {
        hosted.setClients(keys(clients, restricted, random));
    }

    /** The keys to announce. An empty set would let everybody in: where nobody may, it has a key that nobody knows. */
    static ImmutableSet<Bytes> keys(Set<OnionClientKey> clients, boolean restricted, RandomSource random) {
        if (restricted && clients.isEmpty()) {
            try (X25519 nobody = X25519.ofPrivateKey(SecretBytes.adopt(random.bytes(X25519.LEN)))) {
                return ImmutableSet.of(nobody.publicKey());
            }
        }
        return clients.stream().map(OnionClientKey::wire).collect(ImmutableSet.toImmutableSet());
    }

    boolean isClosed() {
        return closed.get();
    }

    /**
     * Ends the service at once, with all of its streams. Directories may go on telling clients of it for some hours; these
     * won't reach it. Again: no effect.
     */
    @Override
    public void close() {
        end(closedException());
    }

    /**
     * Ends the service once its streams have been closed: new ones are refused from now on, those that wait can be accepted.
     * What is still open after the given time is closed. An interrupt cuts that time short.
     *
     * @throws OperationInterruptedException if the thread was interrupted; the service has ended
     * @throws IllegalArgumentException if the time is zero, negative, or longer than 365 days
     */
    public void close(Duration grace) throws OnionException {
        try {
            Waiting.await(stop(grace), nothing -> {});
        } finally {
            close();
        }
    }

    /** {@link #close(Duration)}, without waiting. */
    public CompletableFuture<Void> closeAsync(Duration grace) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Futures.whenDone(
                stop(grace),
                (nothing, failure) -> callbacks.execute(() -> {
                    close();
                    ended.complete(null);
                }));
        return ended;
    }

    private CompletableFuture<Void> stop(Duration grace) {
        Duration checked = Timeouts.check(grace);
        streams.takeNoMore();
        return copyOf(hosted.stop(checked));
    }

    /** @param why what those who wait are told */
    void end(OnionException why) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> stopped = hosted.stop(Duration.ZERO);
        Futures.whenDone(stopped, (nothing, failure) -> onEnd.run());
        streams.close(why);
        try {
            stopped.get(STOP_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return; // it ends by itself, with its circuits
        }
    }

    private static OnionServiceClosedException closedException() {
        return new OnionServiceClosedException("the onion service has been closed", null);
    }

    /** Without the address. */
    @Override
    public String toString() {
        return closed.get() ? "OnionService[closed]" : "OnionService";
    }
}
