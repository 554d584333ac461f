package org.onion4j.circuit.channel;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.LinkOpener.OpenLink;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.random.RandomnessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TLS link to one relay, over which circuits run. It is opened at once by {@link #open}, carries cells of the circuits
 * that {@link #attach} to it, and closes once, for one cause that reaches all of them.
 *
 * <p>Threading: any thread may call. Two threads of its own: the reader ({@link LinkReader}) makes the connection, does
 * the link handshake and then hands each cell to its circuit's {@link CellHandler}; the writer ({@link LinkWriter}) sends
 * what is queued. The reader never waits for the writer. The channel itself has no lock: its state, and which circuits it
 * has, are with {@link ChannelLife}, what is to be sent with {@link OutgoingQueue}, the socket with {@link LinkSocket},
 * each with a lock of its own. None of those is taken under another, and under none a handler is called or something is
 * done to a socket. Each field here is final or set once. The scheduler must go on until {@link #closed} is
 * done: it ends what takes too long.
 *
 * <p>Spec: tor-spec, "Connections", "Negotiating and initializing connections", "Circuit management".
 */
public final class Channel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Channel.class);

    /** Bytes of a fixed-length cell where circuit IDs have 4 bytes. */
    public static final int CELL_LEN = 514;
    /** How long a closing channel may take to send what is queued. */
    private static final Duration FLUSH_TIME = Duration.ofSeconds(2);

    private final ChannelTarget target;
    private final ChannelEnvironment environment;
    private final ChannelLife life;
    private final LinkSocket socket = new LinkSocket();
    private final OutgoingQueue outgoing;
    private final LinkReader reader;
    private final CompletableFuture<Channel> opened = new CompletableFuture<>();
    private final CompletableFuture<ChannelException> closed = new CompletableFuture<>();
    private final CompletableFuture<Void> carriesPaths = new CompletableFuture<>();
    private final CompletableFuture<Void> carriesTraffic = new CompletableFuture<>();
    private volatile LinkWriter writer; // set once, before the channel is open

    /** A channel that does nothing before {@link #begin}. */
    Channel(ChannelTarget target, ChannelEnvironment environment) {
        this.target = target;
        this.environment = environment;
        this.outgoing = new OutgoingQueue(CELL_LEN, environment.memory().newAccount(new QueueMemory()));
        this.life = new ChannelLife(target, environment);
        this.reader = new LinkReader(target, environment, socket, life, new ReaderOwner());
    }

    /** Begins to open a channel and returns at once; {@link #opened} tells how it went. */
    public static Channel open(ChannelTarget target, ChannelEnvironment environment) {
        Channel channel = new Channel(target, environment);
        channel.begin(() -> {});
        return channel;
    }

    /**
     * Begins to open it, once.
     *
     * @param first runs on the reader when the channel is open, before anybody hears of it
     */
    void begin(Runnable first) {
        try {
            environment.newThread(() -> reader.run(() -> onOpen(first))).start();
        } catch (RuntimeException | Error e) {
            finish(localFailure(e));
        }
    }

    public ChannelTarget target() {
        return target;
    }

    /**
     * Completes with this channel once the peer has proven who it is, or exceptionally with a {@link ChannelException}.
     * What depends on it must not block: it runs on the reader.
     */
    public CompletableFuture<Channel> opened() {
        return opened;
    }

    /** Completes with the cause when the channel closes. What depends on it must not block. */
    public CompletableFuture<ChannelException> closed() {
        return closed;
    }

    public boolean isOpen() {
        return life.isOpen();
    }

    /**
     * What the link handshake found out.
     *
     * @throws IllegalStateException if the channel has not been open yet
     */
    public LinkProperties link() {
        LinkProperties properties = life.link();
        checkState(properties != null, "the channel has not been open yet");
        return properties;
    }

    /** How many circuits run over it. */
    public int circuitCount() {
        return life.circuits().size();
    }

    /** For how long no circuit has run over it; empty while one does, or while it is being opened. */
    public Optional<Duration> idleTime() {
        return life.idleTime();
    }

    /** For how long no cell has come over it, since it has been open; zero while it is not. */
    public Duration unheardFor() {
        return life.isOpen() ? Duration.ofNanos(environment.ticker().read() - reader.lastReadNanos()) : Duration.ZERO;
    }

    /** Whether it has been opening for at least this long, and still is. */
    boolean isOpeningFor(Duration time) {
        return life.isOpeningFor(time);
    }

    /** How many bytes wait to be sent. */
    public int queuedBytes() {
        return outgoing.queuedBytes();
    }

    /** Whether there is something to be sent although for this long nothing has been. */
    boolean isStuckFor(Duration time) {
        LinkWriter current = writer;
        return current != null
                && !outgoing.isDrained()
                && environment.ticker().read() - current.lastWriteNanos() > time.toNanos();
    }

    /**
     * Whether circuits to the target may be begun on this channel, now or once it is open. If so, it isn't closed for
     * idleness before they can be.
     */
    boolean serves(ChannelTarget wanted) {
        return life.serves(wanted);
    }

    /**
     * A circuit of more than one hop is about to run over this channel, which is padded from then on. Links that serve
     * directory requests alone are not. May be called under the lock of a circuit.
     */
    public void carryPaths() {
        if (!carriesPaths.isDone()) {
            carriesPaths.complete(null);
        }
    }

    /** Whether {@link #carryPaths} was called: the relay has answered on this channel. */
    public boolean hasCarriedPaths() {
        return carriesPaths.isDone();
    }

    /** Whether the relay pads it as far as that is known, since streams have run over it. */
    boolean isPaddedByRelay() {
        return isOpen() && link().version() >= ChannelPadding.FIRST_PADDED_VERSION && carriesTraffic.isDone();
    }

    /** Completes at the first {@link #carryPaths}. What depends on it must not block: see there. */
    CompletableFuture<Void> carriesPaths() {
        return carriesPaths;
    }

    /** A stream is about to run over such a circuit. May be called under the lock of a circuit. */
    public void carryTraffic() {
        if (!carriesTraffic.isDone()) {
            carriesTraffic.complete(null);
        }
    }

    /** Completes at the first {@link #carryTraffic}. What depends on it must not block: see there. */
    CompletableFuture<Void> carriesTraffic() {
        return carriesTraffic;
    }

    /** What padding sees of it. */
    PaddedLink paddedLink() {
        return new ChannelAsPaddedLink(this);
    }

    PaddedLink.LinkActivity activity() {
        boolean drained = outgoing.isDrained(); // first: what was written before it was is in the times
        return new PaddedLink.LinkActivity(
                outgoing.total(), reader.batchesRead(), writer.lastWriteNanos(), reader.lastReadNanos(), drained);
    }

    // Circuits and their cells.

    /**
     * Takes an unused circuit ID and lets the handler have its cells.
     *
     * @return the circuit ID, for {@link #send} and {@link #detach}
     * @throws ChannelException if the channel isn't open
     */
    public int attach(CellHandler handler) throws ChannelException {
        return life.attach(handler);
    }

    /**
     * Gives the circuit ID back: late cells of the peer are dropped, but for one that the reader may be handing over at
     * this moment.
     */
    public void detach(int circuitId) {
        if (life.detach(circuitId)) {
            close();
        }
    }

    /**
     * Queues a cell without waiting: for what answers the peer, opens or closes a circuit. Never blocks; may be called
     * under the lock of a circuit. If the queue is at its bound the channel closes.
     *
     * @param body holds the 509 bytes of the cell's body at {@code offset}; they are copied
     */
    public void send(int circuitId, CellCommand command, byte[] body, int offset) {
        // What the reader sends goes out once it has handled all that has arrived: one write instead of many.
        OutgoingQueue.Wake wake = reader.isCurrentThread() ? OutgoingQueue.Wake.LATER : OutgoingQueue.Wake.NOW;
        put(circuitId, command, body, offset, OutgoingQueue.Room.NONE, wake);
    }

    /**
     * Takes room for one cell of data, waiting for it. Room taken must be used by {@link #sendReserved} or given back by
     * {@link #unreserve}. Never call it under a lock.
     *
     * @param givenUp whether the room is not wanted any more, which ends the waiting like a time-out; when that changes
     *     {@link #recheckReservations} must be called. Runs under a lock: it must do no more than look
     * @throws TimeoutException if there was no room in time
     * @throws ChannelException if the channel is closed
     */
    public void reserve(long timeoutNanos, BooleanSupplier givenUp)
            throws InterruptedException, TimeoutException, ChannelException {
        if (!outgoing.reserve(timeoutNanos, givenUp)) {
            if (life.isEnding()) {
                throw life.closedException();
            }
            throw new TimeoutException("the channel's queue is full");
        }
    }

    /** Lets those who wait for room look whether they have given up. May be called under the lock of a circuit. */
    public void recheckReservations() {
        outgoing.recheckWaiting();
    }

    /** Gives back the room of {@link #reserve}. */
    public void unreserve() {
        outgoing.unreserve();
    }

    /**
     * Queues a cell for which room has been taken. Never blocks. Otherwise like {@link #send}, but that the writer need not
     * hear of it before {@link #wakeWriter}, which must follow before the caller waits for anything.
     */
    public void sendReserved(int circuitId, CellCommand command, byte[] body, int offset) {
        put(circuitId, command, body, offset, OutgoingQueue.Room.RESERVED, OutgoingQueue.Wake.LATER);
    }

    /** Lets the writer send what is queued, if it doesn't already. Never blocks; may be called under the lock of a circuit. */
    public void wakeWriter() {
        outgoing.wakeWriter();
    }

    /**
     * Whether a cell that may as well be sent later can be given to {@link #send} now: few enough others wait. May be
     * called under the lock of a circuit.
     */
    public boolean isCalm() {
        return outgoing.isCalm();
    }

    /**
     * Runs a task once, on the writer, when few cells wait; not at all if the channel closes before. It must not block.
     * May be called under the lock of a circuit.
     */
    public void whenCalm(Runnable task) {
        outgoing.whenRoom(task);
    }

    /** Is told of failures of ours. */
    public SparingLog bugs() {
        return environment.bugs();
    }

    /** What the buffers of all channels and streams of the client may hold together. */
    public MemoryQuota memory() {
        return environment.memory();
    }

    private void put(
            int circuitId,
            CellCommand command,
            byte[] body,
            int offset,
            OutgoingQueue.Room room,
            OutgoingQueue.Wake wake) {
        OutgoingQueue.Fate fate = outgoing.put(circuitId, command.wire(), body, offset, room, wake);
        if (fate == OutgoingQueue.Fate.FULL) {
            fail(new ChannelException(ChannelException.Kind.LOST, "the relay does not read what it is sent"));
        }
    }

    // Closing.

    /**
     * Sends what is queued, if that is possible in a moment, and closes the link. Returns at once; {@link #closed} tells
     * when that is done. Doing so again has no effect.
     */
    @Override
    public void close() {
        if (life.end(new ChannelException(ChannelException.Kind.CLOSED, "the channel has been closed"))) {
            flushAndClose();
        }
    }

    /** Closes the channel if no circuit has run over it for longer than that, and nobody else has asked for it. */
    void closeIfIdle(Duration limit) {
        if (life.endIfIdle(limit)) {
            flushAndClose();
        }
    }

    /**
     * Begins no further circuit on this channel, where that is up to the {@link ChannelManager}, and closes it once it has
     * none: for one over which the relay doesn't answer any more, though the link may not know yet that it is dead. Who was
     * given it before may find it closed; if it is still being opened, it serves those who wait. Again: no effect.
     */
    public void retire() {
        if (life.retire()) {
            close();
        }
    }

    /** Whether {@link #retire} was called. */
    public boolean isRetired() {
        return life.isRetired();
    }

    /** Gives it up at once, with its circuits, because nothing comes over it any more. */
    public void giveUpSilent() {
        fail(new ChannelException(ChannelException.Kind.SILENT, "nothing comes over the link any more"));
    }

    private void flushAndClose() {
        outgoing.close(); // the writer sends what is left, then closes the socket
        if (life.link() == null) {
            socket.close(); // there is no writer
            return;
        }
        Cancellable limit = environment.scheduler().schedule(socket::close, FLUSH_TIME);
        closed.thenRun(limit::cancel);
    }

    /** Ends the channel for a cause. Only the first one counts. Safe under any lock: the reader does the rest. */
    void fail(ChannelException why) {
        life.end(why);
        outgoing.close();
        socket.close();
    }

    /** What a bug of ours, or what the platform can't give us, does to a channel. */
    static ChannelException localFailure(Throwable failure) {
        String what = failure instanceof RandomnessException ? "the random source failed" : "internal error";
        log.debug("a channel failed: {}", what, failure); // that it ends for this is logged then
        return new ChannelException(ChannelException.Kind.LOCAL, what, failure);
    }

    // What the reader and the writer find.

    private void onOpen(Runnable first) {
        environment.newThread(writer).start();
        first.run();
        opened.complete(this);
    }

    /** The last thing the reader does: everybody hears of the end, once. */
    private void finish(ChannelException end) {
        ChannelLife.Remains remains = life.close(end);
        outgoing.discard();
        socket.close();
        ChannelException why = remains.cause();
        if (why.kind() == ChannelException.Kind.LOCAL && !(why.getCause() instanceof IOException)) {
            bugs().error("a channel failed: " + why.getMessage(), why.getCause());
        }
        try {
            remains.orphans().handlers().forEach(orphan -> tell(orphan, why));
        } finally {
            opened.completeExceptionally(why);
            closed.complete(why);
        }
    }

    private void tell(CellHandler orphan, ChannelException why) {
        try {
            orphan.onChannelClosed(why);
        } catch (RuntimeException | Error e) {
            bugs().error("a circuit failed at the end of its channel", e); // the others must still hear of it
        }
    }

    private void onWriterEnd(Throwable failure) {
        if (failure == null) {
            socket.close();
        } else if (failure instanceof IOException) {
            fail(new ChannelException(ChannelException.Kind.LOST, "the link to the relay was lost", failure));
        } else {
            fail(localFailure(failure));
        }
    }

    /** What the reader sees of it. */
    private final class ReaderOwner implements LinkReader.Owner {
        @Override
        public boolean becomeOpen(OpenLink open) {
            writer = new LinkWriter(outgoing, open.tls(), environment, Channel.this::onWriterEnd);
            return life.becomeOpen(open.properties());
        }

        @Override
        public void onBatchEnd() {
            outgoing.wakeWriter();
        }

        @Override
        public void fail(ChannelException why) {
            Channel.this.fail(why);
        }

        @Override
        public void onEnd(ChannelException end) {
            finish(end);
        }
    }

    /** What the quota of memory sees of its queue: cells that have waited longest of all are not read by the relay. */
    private final class QueueMemory implements MemoryQuota.Owner {
        @Override
        public void trim() {
            // An open channel keeps its queue.
        }

        @Override
        public void giveUp() {
            fail(new ChannelException(ChannelException.Kind.LOST, "the relay does not read what it is sent"));
            outgoing.discard(); // now, lest more than need be is given up
        }
    }
}
