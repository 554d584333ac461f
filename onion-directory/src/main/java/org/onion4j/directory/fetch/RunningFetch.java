package org.onion4j.directory.fetch;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.network.DirectoryServer;
import org.onion4j.directory.view.Relay;

/**
 * One request under way, with a watch on its progress: a directory that answers too slowly is given up (T31).
 *
 * <p>Threading: {@link #run} in one thread of the executor; {@link #cancel} from any; what concerns the watch is guarded
 * by the owner's lock.
 */
final class RunningFetch {
    /** How long the answer's first byte may take, from the beginning. */
    static final Duration FIRST_BYTE = Duration.ofSeconds(20);

    /** How long the whole may take. */
    static final Duration TOTAL = Duration.ofMinutes(10);

    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long MIN_WINDOW_BYTES = 1024; // or the request fails
    private static final long FLOWING_BYTES_A_SECOND = 2048; // or another directory is asked as well

    /** How a request is getting on. */
    enum Pace {
        /** Nothing has come yet. */
        WAITING,
        /** Something has come, but little lately. */
        SLOW,
        /** The answer is coming in. */
        FLOWING
    }

    private final DirectorySource source;
    private final DirectoryRequest request;
    private final ImmutableList<Bytes> digests;
    private final long startNanos;
    private final AtomicLong received = new AtomicLong();
    private volatile long bodyLen = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private DirectoryConnection connection; // guarded by lock
    private FetchOutcome cancelled; // guarded by lock; null while it isn't

    private long windowStartNanos; // guarded by the owner's lock
    private long windowStartBytes; // guarded by the owner's lock

    /**
     * A request that is about to run.
     *
     * @param digests the microdescriptors it asks for, if any
     */
    RunningFetch(DirectorySource source, DirectoryRequest request, ImmutableList<Bytes> digests, long nowNanos) {
        this.source = source;
        this.request = request;
        this.digests = digests;
        this.startNanos = nowNanos;
        this.windowStartNanos = nowNanos;
    }

    DirectorySource source() {
        return source;
    }

    DirectoryRequest request() {
        return request;
    }

    DocumentKind kind() {
        return request.kind();
    }

    ImmutableList<Bytes> digests() {
        return digests;
    }

    /** How much of the body has come, 0 to 1, as far as its length is known. */
    double fraction() {
        long all = bodyLen;
        return all <= 0 ? 0 : Math.min(1, received.get() / (double) all);
    }

    /** Makes the request; blocks. */
    DirectoryResponse run(DirectoryConnector connector, Runnable onProgress) throws DirectoryException {
        try (DirectoryConnection opened = connector.connect(source, CONNECT)) {
            attach(opened);
            opened.output().write(request.encode(host()));
            opened.output().flush();
            return DirectoryResponse.read(opened.input(), request, (count, length) -> {
                bodyLen = length;
                received.addAndGet(count);
                onProgress.run();
            });
        } catch (IOException e) {
            throwIfCancelled();
            throw DirectoryException.broken(e);
        }
    }

    private void attach(DirectoryConnection opened) throws DirectoryException {
        lock.lock();
        try {
            checkState(connection == null, "run twice");
            connection = opened;
        } finally {
            lock.unlock();
        }
        throwIfCancelled();
    }

    private void throwIfCancelled() throws DirectoryException {
        lock.lock();
        try {
            if (cancelled != null) {
                throw new DirectoryException(cancelled, "given up");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives the request up, which then ends with this outcome if it hasn't ended yet. */
    void cancel(FetchOutcome outcome) {
        DirectoryConnection open;
        lock.lock();
        try {
            if (cancelled == null) {
                cancelled = outcome;
            }
            open = connection;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }

    /** Whether it takes too long and is to be cancelled. To be asked every few seconds. */
    boolean overdue(long nowNanos) {
        long age = nowNanos - startNanos;
        long bytes = received.get();
        if (age >= TOTAL.toNanos() || (bytes == 0 && age >= FIRST_BYTE.toNanos())) {
            return true;
        }
        if (bytes == 0 || nowNanos - windowStartNanos < WINDOW.toNanos()) {
            return false;
        }
        boolean dripping = bytes - windowStartBytes < MIN_WINDOW_BYTES && windowStartBytes > 0;
        windowStartNanos = nowNanos;
        windowStartBytes = bytes;
        return dripping;
    }

    /** Whether another directory may be asked for the same: so far it has come to too little for its time. */
    boolean stalled(long nowNanos) {
        return nowNanos - startNanos >= PATIENCE.toNanos() && pace(nowNanos) != Pace.FLOWING;
    }

    /** How it is getting on, over its whole time. */
    Pace pace(long nowNanos) {
        long bytes = received.get();
        if (bytes == 0) {
            return Pace.WAITING;
        }
        double seconds = Math.max(1, (nowNanos - startNanos) / 1e9 - 2); // a moment for the circuit
        return bytes / seconds >= FLOWING_BYTES_A_SECOND ? Pace.FLOWING : Pace.SLOW;
    }

    private String host() {
        if (source instanceof DirectorySource.Listed listed) {
            Relay relay = listed.relay();
            return relay.ipv4().getHostAddress() + ":" + relay.orPort();
        } else if (source instanceof DirectorySource.Configured configured) {
            DirectoryServer server = configured.server();
            return server.ipv4().getHostAddress() + ":" + server.orPort();
        }
        throw new IllegalStateException("source of a kind without an address");
    }
}
