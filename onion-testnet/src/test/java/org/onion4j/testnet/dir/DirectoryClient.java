package org.onion4j.testnet.dir;

import com.google.common.base.Ticker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.AskedClock;
import org.onion4j.directory.fetch.DirectoryConnection;
import org.onion4j.directory.fetch.DirectoryEnvironment;
import org.onion4j.directory.fetch.DirectoryListener;
import org.onion4j.directory.fetch.DirectoryManager;
import org.onion4j.directory.fetch.DirectorySource;
import org.onion4j.directory.fetch.DirectoryStatus;
import org.onion4j.directory.fetch.WeightedCacheSelector;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.network.NetworkDescriptionException;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.testnet.keys.SeededRandom;

/**
 * The client's own directory code on the directories of a {@link TestDirectory}, one for each relay, in virtual time and
 * on the test's thread: requests are answered at once, and nothing happens but in {@link #run}.
 */
final class DirectoryClient implements DirectoryListener, AutoCloseable {
    final TestDirectory network;
    final DirectoryStore store = new DirectoryStore();
    final Map<RsaIdentity, DirServer> servers = new HashMap<>();
    final List<String> requests = new ArrayList<>();
    final List<NetworkView> views = new ArrayList<>();

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final TreeMap<Long, ArrayDeque<Runnable>> timers = new TreeMap<>(); // by nanoseconds
    private final MemoryStateStore state = new MemoryStateStore();
    private DirectoryManager manager;
    private Instant wall = TestDirectory.NOW;
    private long nanos;

    DirectoryClient(TestDirectory network) {
        this.network = network;
        network.identities.forEach(identity ->
                servers.put(identity.rsaIdentity(), new DirServer(store, Optional.empty(), clock(), this::schedule)));
    }

    /** Authorities publish the consensus of the moment. */
    void turnOver() {
        network.authorities.turnOver(wall).ifPresent(store::publish);
    }

    /** Begins, or begins anew with the state that the last run left. */
    void start() throws NetworkDescriptionException {
        start(ClientProtocols.current());
    }

    /** The same as a release that speaks this. */
    void start(ClientProtocols protocols) throws NetworkDescriptionException {
        close();
        SeededRandom random = SeededRandom.of(1, "client");
        manager = new DirectoryManager(
                new DirectoryEnvironment(
                        NetworkDescription.parse(NetworkText.torrc(network.authorities.all())),
                        state,
                        this::connect,
                        new WeightedCacheSelector(random),
                        tasks::add,
                        this::schedule,
                        clock(),
                        new Ticker() {
                            @Override
                            public long read() {
                                return nanos;
                            }
                        },
                        random,
                        protocols),
                this);
        manager.start();
    }

    DirectoryStatus status() {
        return manager.status();
    }

    NetworkView view() {
        return manager.view().orElseThrow();
    }

    Instant now() {
        return wall;
    }

    /** Lets time pass, and all that is due happen. */
    void run(Duration duration) {
        long until = nanos + duration.toNanos();
        runTasks();
        while (!timers.isEmpty() && timers.firstKey() <= until) {
            long at = timers.firstKey();
            ArrayDeque<Runnable> due = timers.get(at);
            if (due.isEmpty()) {
                timers.remove(at);
                continue;
            }
            moveTo(Math.max(nanos, at));
            due.remove().run();
            runTasks();
        }
        moveTo(until);
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private void moveTo(long value) {
        wall = wall.plusNanos(value - nanos);
        nanos = value;
    }

    private Scheduler.Cancellable schedule(Runnable task, Duration delay) {
        ArrayDeque<Runnable> same =
                timers.computeIfAbsent(nanos + Math.max(0, delay.toNanos()), at -> new ArrayDeque<>());
        same.add(task);
        return () -> same.remove(task);
    }

    private Clock clock() {
        return new AskedClock(() -> wall);
    }

    private DirectoryConnection connect(DirectorySource source, Duration timeout) {
        return new Connection(servers.get(source.rsaIdentity()));
    }

    @Override
    public void viewChanged(NetworkView view) {
        views.add(view);
    }

    @Override
    public void statusChanged(DirectoryStatus status) {
        // asked for where a test wants it
    }

    @Override
    public void close() {
        if (manager != null) {
            manager.close();
        }
    }

    /** One request, answered when the client reads. */
    private final class Connection implements DirectoryConnection, DirReply {
        private final DirServer server;
        private final ByteArrayOutputStream request = new ByteArrayOutputStream();
        private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
        private boolean ended;

        Connection(DirServer server) {
            this.server = server;
        }

        @Override
        public void send(byte[] bytes) {
            answer.writeBytes(bytes);
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public OutputStream output() {
            return request;
        }

        @Override
        public InputStream input() throws IOException {
            byte[] bytes = request.toByteArray();
            requests.add(new String(bytes, StandardCharsets.US_ASCII));
            DirSession session = server.open(new DirClient(Optional.empty(), DirClient.Way.ONE_HOP), this);
            session.onBytes(bytes, 0, bytes.length);
            if (!ended) {
                throw new IOException("no answer before the client gave up");
            }
            return new ByteArrayInputStream(answer.toByteArray());
        }

        @Override
        public void close() {
            // nothing is kept open
        }
    }
}
