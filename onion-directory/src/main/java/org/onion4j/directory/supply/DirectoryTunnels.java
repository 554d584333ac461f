package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.fetch.DirectoryConnection;
import org.onion4j.directory.fetch.DirectoryConnector;
import org.onion4j.directory.fetch.DirectorySource;

/**
 * Streams to directories, over circuits of one hop: one circuit to each directory, kept for a moment after its last
 * stream since the next request often goes to the same one. Spec: dir-spec, "Client operation"; tor-spec, "Opening a
 * directory stream".
 *
 * <p>Threading: any thread; {@link #connect} blocks.
 */
public final class DirectoryTunnels implements DirectoryConnector, AutoCloseable {
    private static final Duration KEPT = Duration.ofSeconds(30);

    private final CircuitFactory factory;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Activity activity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RsaIdentity, Circuit> circuits = new HashMap<>();
    private boolean sweeping;
    private boolean closed;

    public DirectoryTunnels(CircuitFactory factory, Ticker ticker, Scheduler scheduler, Activity activity) {
        this.factory = factory;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.activity = activity;
    }

    @Override
    public DirectoryConnection connect(DirectorySource source, Duration timeout) throws IOException {
        long until = ticker.read() + timeout.toNanos();
        Circuit circuit = circuit(source, until);
        DataStream stream = circuit.openDirectory(); // the request goes out with it, without waiting for CONNECTED
        return new Tunnel(stream, activity);
    }

    /** A stream that has been opened to a directory, by whatever circuit. */
    public static DirectoryConnection over(DataStream stream, Activity activity) {
        return new Tunnel(stream, activity);
    }

    private Circuit circuit(DirectorySource source, long until) throws IOException {
        lock.lock();
        try {
            Circuit existing = circuits.get(source.rsaIdentity());
            if (existing != null && existing.isOpen()) {
                return existing;
            }
            if (closed) {
                throw new CircuitException(CircuitException.Kind.CLOSED, "the client has been closed");
            }
        } finally {
            lock.unlock();
        }
        Circuit built = await(factory.buildOneHop(target(source)), until);
        lock.lock();
        try {
            if (closed) {
                built.close();
                throw new CircuitException(CircuitException.Kind.CLOSED, "the client has been closed");
            }
            Circuit other = circuits.put(source.rsaIdentity(), built);
            if (other != null && other.streamCount() == 0) {
                other.close();
            }
            if (!sweeping) {
                sweeping = true;
                scheduler.schedule(this::sweep, KEPT);
            }
        } finally {
            lock.unlock();
        }
        return built;
    }

    private static ChannelTarget target(DirectorySource source) {
        if (source instanceof DirectorySource.Listed listed) {
            return RelayTargets.channel(listed.relay());
        } else if (source instanceof DirectorySource.Configured configured) {
            return RelayTargets.channel(configured.server());
        }
        throw new IllegalStateException("unexpected source");
    }

    private Circuit await(CircuitFactory.Attempt attempt, long until) throws IOException {
        CompletableFuture<Circuit> built = attempt.circuit();
        Scheduler.Cancellable deadline = scheduler.schedule(
                () -> attempt.cancel(
                        new CircuitException(CircuitException.Kind.TIMEOUT, "the directory did not answer in time")),
                Duration.ofNanos(Math.max(0, until - ticker.read())));
        Activity.Span pause = activity.pause(built::isDone);
        try {
            return built.get();
        } catch (InterruptedException e) {
            attempt.cancel(new CircuitException(CircuitException.Kind.CLOSED, "interrupted"));
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new CircuitException(CircuitException.Kind.CLOSED, "no circuit to the directory", e.getCause());
        } finally {
            pause.close();
            deadline.cancel();
        }
    }

    private void sweep() {
        ImmutableList.Builder<Circuit> idle = ImmutableList.builder();
        lock.lock();
        try {
            circuits.values().removeIf(circuit -> {
                boolean over = !circuit.isOpen() || circuit.streamCount() == 0;
                if (over) {
                    idle.add(circuit);
                }
                return over;
            });
            sweeping = !circuits.isEmpty();
            if (sweeping) {
                scheduler.schedule(this::sweep, KEPT);
            }
        } finally {
            lock.unlock();
        }
        idle.build().forEach(Circuit::close);
    }

    /** Closes all circuits and opens no more. */
    @Override
    public void close() {
        ImmutableList<Circuit> all;
        lock.lock();
        try {
            closed = true;
            all = ImmutableList.copyOf(circuits.values());
            circuits.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(Circuit::close);
    }

    /** One stream. */
    private static final class Tunnel implements DirectoryConnection {
        private final DataStream stream;
        private final Activity activity;

        Tunnel(DataStream stream, Activity activity) {
            this.stream = stream;
            this.activity = activity;
        }

        @Override
        public InputStream input() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    long before = stream.taken();
                    Activity.Span pause = activity.pause(
                            () -> stream.available() > 0 || stream.taken() != before || !stream.isOpen());
                    try {
                        return stream.read(target, offset, length);
                    } finally {
                        pause.close();
                    }
                }
            };
        }

        @Override
        public OutputStream output() {
            return new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] source, int offset, int length) throws IOException {
                    stream.write(source, offset, length);
                }
            };
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
