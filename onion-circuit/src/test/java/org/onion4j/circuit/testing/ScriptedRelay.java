package org.onion4j.circuit.testing;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;

/**
 * A relay for tests, which speaks real TLS and real cells on a loopback port and does what its {@link RelayScript} says.
 * One object stands for all relays of a circuit: the client connects to the first of {@link #relays}, and EXTEND2 to any
 * of them, itself included, is answered from inside.
 *
 * <p>Tests either give it a script that reacts, or wait for what comes: {@link #awaitLink}, {@link #awaitCell},
 * {@link #awaitMessage}. Waiting is bounded and fails the test; nothing sleeps.
 *
 * <p>Threading: one thread accepts, one reads each link and runs the script, and {@link #run} starts more. Any thread may
 * send. {@link #close} ends them all.
 */
public final class ScriptedRelay implements AutoCloseable {
    /** How long a test waits for anything. */
    public static final long PATIENCE_SECONDS = 20;

    private final RelayScript script;
    private final Clock clock;
    private final RandomSource random;
    private final ImmutableList<RelayKeys> relays;
    private final NtorV3Extensions serverMessage;
    private final SSLContext tls;
    private final ServerSocket server;
    private final BlockingQueue<ScriptedLink> links = new LinkedBlockingQueue<>();
    private final BlockingQueue<ScriptedLink> ended = new LinkedBlockingQueue<>();
    private final BlockingQueue<ScriptedCircuit> circuits = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReceivedCell> cells = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReceivedMessage> messages = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private ScriptedRelay(Builder builder) throws IOException {
        this.script = builder.script;
        this.clock = builder.clock;
        this.random = builder.random;
        this.serverMessage = builder.serverMessage;
        List<RelayKeys> all = new ArrayList<>(builder.relays);
        while (all.size() < builder.count) {
            all.add(new RelayKeys(clock.instant(), random));
        }
        this.relays = ImmutableList.copyOf(all);
        this.tls = relays.get(0).tlsServer();
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::acceptAll);
    }

    /** An honest relay that stands for three. */
    public static ScriptedRelay start() throws IOException {
        return builder().start();
    }

    /** A relay that stands for three and follows a script. */
    public static ScriptedRelay start(RelayScript script) throws IOException {
        return builder().script(script).start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What a relay can be given before it starts. */
    public static final class Builder {
        private RelayScript script = RelayScript.honest();
        private Clock clock = Clock.systemUTC();
        private RandomSource random = new SeededRandom(1);
        private NtorV3Extensions serverMessage = NtorV3Extensions.NONE;
        private final List<RelayKeys> relays = new ArrayList<>();
        private int count = 3;

        private Builder() {}

        /** What the relay does; else it is honest. */
        public Builder script(RelayScript value) {
            script = value;
            return this;
        }

        /** What time the relay believes it is, when it makes certificates and in NETINFO. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Where keys and padding come from; else a fixed seed. */
        public Builder random(RandomSource value) {
            random = value;
            return this;
        }

        /** What ntor-v3 clients are told; else nothing. */
        public Builder serverMessage(NtorV3Extensions value) {
            serverMessage = value;
            return this;
        }

        /** Keys of a relay; the first ones given are those that TLS shows. */
        public Builder relay(RelayKeys keys) {
            relays.add(keys);
            return this;
        }

        /** How many relays it stands for, 3 if not told; new keys are made for those that weren't given. */
        public Builder count(int value) {
            count = value;
            return this;
        }

        public ScriptedRelay start() throws IOException {
            return new ScriptedRelay(this);
        }
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** The relays that it stands for; the first is the one that clients connect to. */
    public ImmutableList<RelayKeys> relays() {
        return relays;
    }

    /** The relay that clients connect to. */
    public RelayKeys keys() {
        return relays.get(0);
    }

    /** The relay of an identity, if it is one of {@link #relays}. */
    public Optional<RelayKeys> relay(RsaIdentity identity) {
        return relays.stream().filter(r -> r.rsaIdentity().equals(identity)).findFirst();
    }

    RelayScript script() {
        return script;
    }

    Clock clock() {
        return clock;
    }

    RandomSource random() {
        return random;
    }

    NtorV3Extensions serverMessage() {
        return serverMessage;
    }

    /** The next link whose handshake is done, that is whose client has sent NETINFO. */
    public ScriptedLink awaitLink() throws InterruptedException {
        return await(links, "a link");
    }

    /** The next link that has ended, after which nothing more comes from it. */
    public ScriptedLink awaitLinkEnd() throws InterruptedException {
        return await(ended, "end of a link");
    }

    /** The next circuit that was accepted. */
    public ScriptedCircuit awaitCircuit() throws InterruptedException {
        return await(circuits, "a circuit");
    }

    /** The next cell that was kept, other than RELAY and RELAY_EARLY. */
    public ReceivedCell awaitCell() throws InterruptedException {
        return await(cells, "a cell");
    }

    /** The next kept cell of a command; those before it are dropped. */
    public ReceivedCell awaitCell(CellCommand command) throws InterruptedException {
        while (true) {
            ReceivedCell cell = await(cells, command.toString());
            if (cell.command().equals(command)) {
                return cell;
            }
        }
    }

    /** The next message that was kept. */
    public ReceivedMessage awaitMessage() throws InterruptedException {
        return await(messages, "a message");
    }

    /** The next kept message of a type; those before it are dropped. */
    public ReceivedMessage awaitMessage(Class<? extends RelayMessage> type) throws InterruptedException {
        while (true) {
            ReceivedMessage message = await(messages, type.getSimpleName());
            if (type.isInstance(message.message())) {
                return message;
            }
        }
    }

    /** The messages that were kept and not yet taken. */
    public List<ReceivedMessage> takeMessages() {
        List<ReceivedMessage> all = new ArrayList<>();
        messages.drainTo(all);
        return all;
    }

    /** The cells that were kept and not yet taken. */
    public List<ReceivedCell> takeCells() {
        List<ReceivedCell> all = new ArrayList<>();
        cells.drainTo(all);
        return all;
    }

    /** Keeps a message for {@link #awaitMessage}. */
    public void keep(ReceivedMessage message) {
        messages.add(message);
    }

    /** Keeps a cell for {@link #awaitCell}. */
    public void keep(ReceivedCell cell) {
        cells.add(cell);
    }

    void opened(ScriptedLink link) {
        links.add(link);
    }

    void ended(ScriptedLink link) {
        ended.add(link);
    }

    void accepted(ScriptedCircuit circuit) {
        circuits.add(circuit);
    }

    /** What went wrong in scripts and links, clients that just went away left out. */
    public List<Throwable> failures() {
        return ImmutableList.copyOf(failures);
    }

    /** Fails the test if anything went wrong. */
    public void assertNoFailures() {
        for (Throwable failure : failures) {
            throw new AssertionError("the scripted relay failed", failure);
        }
    }

    /** Keeps something that went wrong. */
    public void fail(Throwable failure) {
        if (closed.getCount() > 0) {
            failures.add(failure);
        }
    }

    /** Something that a script does apart from reading. */
    public interface Task {
        void run() throws Exception;
    }

    /** Runs a task on a thread of its own. */
    public void run(Task task) {
        start("task", task);
    }

    /** Waits, if need be for ever, until the relay is closed: for a script that stalls. */
    public void awaitClose() throws InterruptedException {
        closed.await();
    }

    private void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (ClientGoneException e) {
                        return; // as clients may
                    } catch (Throwable e) { // whatever it was, the test must see it
                        fail(e);
                    }
                },
                "scripted-relay-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void acceptAll() throws IOException {
        while (closed.getCount() > 0) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException e) {
                return; // closed
            }
            open.add(socket);
            socket.setTcpNoDelay(true);
            start("link", () -> serve(socket));
        }
    }

    private void serve(Socket socket) throws Exception {
        try (socket) {
            script.onConnect(this, socket);
            SSLSocketFactory factory = tls.getSocketFactory();
            try (SSLSocket secured = (SSLSocket) factory.createSocket(socket, null, socket.getPort(), true)) {
                secured.setUseClientMode(false);
                new ScriptedLink(this, socket, secured).serve();
            }
        }
    }

    private static <T> T await(BlockingQueue<T> queue, String what) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("the client sent no " + what);
        }
        return next;
    }

    /** Takes no more clients; links that are there go on. */
    public void stopAccepting() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket one : open) {
            one.close();
        }
        for (Thread thread : threads) {
            thread.interrupt();
            if (thread != Thread.currentThread()) {
                Uninterruptibles.joinUninterruptibly(thread, Duration.ofSeconds(PATIENCE_SECONDS));
            }
        }
    }
}
