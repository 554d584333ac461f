package org.onion4j.hs.client;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.TooManyWaitingException;
import org.onion4j.hs.client.OnionServiceException.Kind;
import org.onion4j.hs.pow.ClientWork;

/**
 * Opens streams to onion services. Circuits to them are used again by later streams of the same isolation value, for as
 * long as C tor does so: ten minutes from the first stream, or from the last one where the application isolates.
 *
 * <p>Threading: any thread; guarded by one lock, under which nothing is waited for and nobody is told.
 */
public final class OnionServiceClient implements AutoCloseable {
    private static final Duration MAX_DIRTINESS = Duration.ofMinutes(10);
    private static final Duration SWEEP_PAUSE = Duration.ofSeconds(30);
    private static final Duration STREAM_LIMIT = Duration.ofSeconds(60);

    /** Streams that wait for connections, as many as may wait for circuits to exits. */
    private static final int MAX_WAITING = 1024;

    /** A circuit on which a stream had no answer for so long is given no other. */
    private static final Duration MUTE = Duration.ofSeconds(15);

    private record Key(OnionAddress address, Optional<Object> isolation) {}

    /** A connection to a service, made or in the making. */
    private static final class Connection {
        private final CompletableFuture<InternalCircuit> circuit = new CompletableFuture<>();
        private Optional<Moment> dirtySince = Optional.empty();
        private int interested; // streams that wait for it
        private boolean begun;

        boolean isOver() {
            return circuit.isCompletedExceptionally()
                    || (circuit.isDone() && !circuit.join().circuit().isOpen());
        }

        boolean isIdle() {
            return interested == 0
                    && circuit.isDone()
                    && !circuit.isCompletedExceptionally()
                    && circuit.join().circuit().streamCount() == 0;
        }

        void close() {
            circuit.cancel(false);
            circuit.whenComplete((made, failure) -> {
                if (failure == null) {
                    made.close();
                }
            });
        }
    }

    private final ClientEnvironment environment;
    private final TimeSource time;
    private final Descriptors descriptors;
    private final PointFailures failures;
    private final ClientWork work;
    private final ReentrantLock lock = new ReentrantLock();

    // What follows is guarded by the lock.
    private final Map<Key, Connection> connections = new HashMap<>();
    private final Set<Connection> retired = new HashSet<>(); // closed once their streams are
    private final Map<OnionAddress, SecretBytes> clientKeys = new HashMap<>();
    private int waiting; // streams, all connections together
    private boolean sweeping;
    private boolean closed;

    public OnionServiceClient(ClientEnvironment environment) {
        this.environment = environment;
        this.time = new TimeSource(environment.clock(), environment.ticker());
        this.descriptors = new Descriptors(environment, time, this::clientKey);
        this.failures = new PointFailures(time);
        this.work = new ClientWork(environment.random(), environment.executor(), environment.bugs());
    }

    /**
     * The X25519 private key of an authorized client for a service, which it takes over; instead of any former one.
     *
     * @param key 32 bytes
     */
    public void authorize(OnionAddress address, SecretBytes key) {
        SecretBytes former;
        lock.lock();
        try {
            former = closed ? key : clientKeys.put(address, key);
        } finally {
            lock.unlock();
        }
        if (former != null) {
            former.close();
        }
        descriptors.forget(address);
    }

    /** Forgets the key for a service; circuits that were made with it go on. */
    public void unauthorize(OnionAddress address) {
        SecretBytes former;
        lock.lock();
        try {
            former = clientKeys.remove(address);
        } finally {
            lock.unlock();
        }
        if (former != null) {
            former.close();
        }
        descriptors.forget(address);
    }

    private Optional<X25519> clientKey(OnionAddress address) {
        lock.lock();
        try {
            SecretBytes key = clientKeys.get(address);
            return key == null
                    ? Optional.empty()
                    : Optional.of(X25519.ofPrivateKey(SecretBytes.adopt(key.exposeCopy())));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens a stream to a port of a service: done when the service has said that it is open. Fails with {@link
     * OnionServiceException}, {@link org.onion4j.directory.path.NoPathException}, or, where the service refuses or does not
     * answer, {@link StreamException}; with {@link TooManyWaitingException} if 1024 wait. Whoever cancels the future gives
     * the stream up.
     *
     * @param isolation streams of different values share no circuit
     * @param when the stream is given: open, or as soon as it has been asked for
     */
    public CompletableFuture<DataStream> openStream(
            OnionAddress address, int port, Optional<Object> isolation, Given when) {
        CompletableFuture<DataStream> result = new CompletableFuture<>();
        open(new Wish(new Key(address, isolation), port, when, result), true);
        return result;
    }

    /** When a stream is given to who asked for it. */
    public enum Given {
        OPEN,
        /** The service hasn't answered yet; data that is written goes out at once. */
        ASKED
    }

    private record Wish(Key key, int port, Given when, CompletableFuture<DataStream> result) {
        @Override
        public String toString() {
            return "Wish";
        }
    }

    private void open(Wish wish, boolean mayTryAgain) {
        Key key = wish.key();
        CompletableFuture<DataStream> result = wish.result();
        Connection connection = null;
        boolean fresh = false;
        IOException refusal = closedException();
        lock.lock();
        try {
            if (!closed && waiting >= MAX_WAITING) {
                refusal = new TooManyWaitingException(MAX_WAITING);
            } else if (!closed) {
                connection = connection(key);
                connection.interested++;
                waiting++;
                fresh = !connection.begun;
                connection.begun = true;
            }
        } finally {
            lock.unlock();
        }
        if (connection == null) {
            result.completeExceptionally(refusal);
            return;
        }
        if (fresh) {
            begin(key, connection);
        }
        await(wish, connection, mayTryAgain);
    }

    private void begin(Key key, Connection connection) {
        try {
            CompletableFuture<InternalCircuit> connecting =
                    ServiceConnector.connect(environment, descriptors, failures, work, key.address());
            Futures.endWith(connection.circuit, connecting);
            connecting.whenComplete((circuit, failure) -> {
                if (failure != null) {
                    connection.circuit.completeExceptionally(Futures.cause(failure));
                } else if (!connection.circuit.complete(circuit)) {
                    circuit.close();
                }
            });
        } catch (RuntimeException e) {
            connection.circuit.completeExceptionally(e);
        }
    }

    private void await(Wish wish, Connection connection, boolean mayTryAgain) {
        Key key = wish.key();
        CompletableFuture<DataStream> result = wish.result();
        AtomicBoolean interested = new AtomicBoolean(true);
        result.whenComplete((stream, failure) -> {
            if (result.isCancelled()) {
                giveUp(key, connection, interested);
            }
        });
        connection.circuit.whenComplete((circuit, failure) -> {
            if (failure != null) {
                settle(key, connection, interested);
                result.completeExceptionally(
                        connection.circuit.isCancelled() ? closedException() : Futures.cause(failure));
            } else if (result.isDone()) {
                settle(key, connection, interested);
            } else {
                begin(wish, connection, circuit, interested, mayTryAgain);
            }
        });
    }

    /** A stream doesn't wait any more: a connection in the making that no other one waits for is given up. */
    private void giveUp(Key key, Connection connection, AtomicBoolean interested) {
        if (connection.circuit.isDone()) {
            return; // then it has been settled, or is being settled
        }
        boolean unwanted;
        lock.lock();
        try {
            unwanted = leave(connection, interested) && connection.interested == 0;
            if (unwanted) {
                connections.remove(key, connection);
            }
        } finally {
            lock.unlock();
        }
        if (unwanted) {
            connection.close();
        }
    }

    /** A stream has what it waited for, or has given up: once for each stream. From now on the connection grows old. */
    private void settle(Key key, Connection connection, AtomicBoolean interested) {
        lock.lock();
        try {
            leave(connection, interested);
            use(key, connection, time.now());
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    @CanIgnoreReturnValue
    private boolean leave(Connection connection, AtomicBoolean interested) {
        boolean was = interested.getAndSet(false);
        if (was) {
            connection.interested--;
            waiting--;
        }
        return was;
    }

    private Connection connection(Key key) {
        Moment now = time.now();
        Connection existing = connections.get(key);
        if (existing != null && !existing.isOver() && !isWornOut(key, existing, now)) {
            if (existing.circuit.isDone()) {
                use(key, existing, now);
            }
            return existing;
        }
        if (existing != null && !existing.isOver()) {
            retired.add(existing);
        }
        Connection made = new Connection();
        connections.put(key, made);
        if (!sweeping) {
            sweeping = true;
            environment.scheduler().schedule(this::sweep, SWEEP_PAUSE);
        }
        return made;
    }

    private static void use(Key key, Connection connection, Moment now) {
        if (!connection.dirtySince.isPresent() || key.isolation().isPresent()) {
            connection.dirtySince = Optional.of(now);
        }
    }

    private static boolean isWornOut(Key key, Connection connection, Moment now) {
        return connection.dirtySince.isPresent()
                && connection.dirtySince.get().isOlderThan(MAX_DIRTINESS, now)
                && !(key.isolation().isPresent()
                        && connection.circuit.isDone()
                        && connection.circuit.join().circuit().streamCount() > 0);
    }

    private void begin(
            Wish wish, Connection connection, InternalCircuit circuit, AtomicBoolean interested, boolean mayTryAgain) {
        Key key = wish.key();
        CompletableFuture<DataStream> result = wish.result();
        DataStream stream;
        try {
            stream = circuit.circuit().openStream(Begin.toService(wish.port()));
        } catch (CircuitException e) {
            settle(key, connection, interested);
            retire(key, connection);
            onLost(
                    wish,
                    new OnionServiceException(
                            Kind.RENDEZVOUS_FAILED, "the circuit to the onion service takes no stream", e),
                    mayTryAgain);
            return;
        } catch (RuntimeException e) {
            settle(key, connection, interested);
            result.completeExceptionally(e);
            return;
        }
        Moment begun = time.now();
        settle(key, connection, interested);
        if (wish.when() == Given.ASKED && !result.complete(stream)) { // before the answer can come to bear
            stream.close();
        }
        circuit.expect(stream.connected());
        Scheduler.Cancellable limit = environment.scheduler().schedule(stream::closeForTimeout, STREAM_LIMIT);
        result.whenComplete((opened, failure) -> {
            if (failure != null) {
                stream.close();
            }
        });
        stream.connected().whenComplete((connected, failure) -> {
            limit.cancel();
            if (failure == null) {
                circuit.answered();
                if (wish.when() == Given.OPEN && !result.complete(stream)) {
                    stream.close();
                }
                return;
            }
            Throwable why = Futures.cause(failure);
            if (why instanceof StreamException refused && refused.end().isPresent()) {
                circuit.answered();
                result.completeExceptionally(refused);
            } else {
                if (begun.isOlderThan(MUTE, time.now())) {
                    retire(key, connection);
                }
                onLost(wish, why, mayTryAgain);
            }
        });
    }

    /** No further stream goes there. */
    private void retire(Key key, Connection connection) {
        lock.lock();
        try {
            if (connections.remove(key, connection)) {
                retired.add(connection);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The circuit is gone, or is of no use: another one may do, once. */
    private void onLost(Wish wish, Throwable why, boolean mayTryAgain) {
        if (mayTryAgain && !wish.result().isDone()) {
            open(wish, false);
        } else {
            wish.result().completeExceptionally(why);
        }
    }

    private void sweep() {
        ImmutableList.Builder<Connection> worn = ImmutableList.builder();
        lock.lock();
        try {
            Moment now = time.now();
            for (Iterator<Map.Entry<Key, Connection>> each =
                            connections.entrySet().iterator();
                    each.hasNext(); ) {
                Map.Entry<Key, Connection> entry = each.next();
                Connection connection = entry.getValue();
                boolean idleForLong = isWornOut(entry.getKey(), connection, now) && connection.isIdle();
                if (idleForLong) {
                    worn.add(connection);
                }
                if (idleForLong || connection.isOver()) {
                    each.remove();
                }
            }
            for (Iterator<Connection> each = retired.iterator(); each.hasNext(); ) {
                Connection connection = each.next();
                if (connection.isIdle()) {
                    worn.add(connection);
                }
                if (connection.isIdle() || connection.isOver()) {
                    each.remove();
                }
            }
            sweeping = !(connections.isEmpty() && retired.isEmpty()) && !closed;
            if (sweeping) {
                environment.scheduler().schedule(this::sweep, SWEEP_PAUSE);
            }
        } finally {
            lock.unlock();
        }
        worn.build().forEach(Connection::close);
    }

    /** No circuit is used for new streams that there is now or is in the making. */
    public void retireAll() {
        ImmutableList.Builder<Connection> idle = ImmutableList.builder();
        lock.lock();
        try {
            for (Connection connection : connections.values()) {
                if (connection.isIdle()) {
                    idle.add(connection);
                } else {
                    retired.add(connection);
                }
            }
            connections.clear();
        } finally {
            lock.unlock();
        }
        idle.build().forEach(Connection::close);
    }

    /** The device has another network: nothing that failed on the old one says anything of the new one. */
    public void networkChanged() {
        failures.clear();
    }

    private static OnionServiceException closedException() {
        return new OnionServiceException(Kind.CLOSED, "the client has been closed");
    }

    /** Closes all circuits and wipes the keys. */
    @Override
    public void close() {
        ImmutableList<Connection> all;
        lock.lock();
        try {
            closed = true;
            all = ImmutableList.<Connection>builder()
                    .addAll(connections.values())
                    .addAll(retired)
                    .build();
            connections.clear();
            retired.clear();
            clientKeys.values().forEach(SecretBytes::close);
            clientKeys.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(Connection::close);
        work.close();
    }
}
