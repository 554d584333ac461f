package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.cell.PaddingNegotiate;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.random.RandomSource;

/**
 * Sends PADDING cells on a link that has been idle for a random time, so that records of when a client was active are
 * blurred, and keeps a link alive that says nothing otherwise. Each cell in either direction begins a new idle time of a
 * new random length. Spec: padding-spec, "Connection-level padding".
 *
 * <p>Threading: {@link #start} once, on any thread; {@link #look} on any thread; the rest runs in tasks of the scheduler, one
 * at a time, until the link is closed. The fields belong to those tasks.
 */
final class ChannelPadding {
    /** Link protocol that has padding cells the receiver understands as such, and their negotiation. */
    static final int FIRST_PADDED_VERSION = 5;

    private static final Duration KEEPALIVE = Duration.ofMinutes(5);
    /** A link is looked at no more often than this. */
    private static final Duration MIN_PERIOD = Duration.ofSeconds(1);

    private static final byte[] EMPTY_BODY = new byte[CellFrame.CELL_BODY_LEN];

    private final PaddedLink link;
    private final Supplier<PaddingParameters> parameters;
    private final RandomSource random;
    private final Ticker ticker;
    private final Scheduler scheduler;

    private Cancellable next = () -> {}; // the next look
    private boolean peerPads = true; // what the relay has been told, or does by itself
    private PaddingParameters drawnFor; // with what the current idle time was drawn
    private boolean padding; // or else just keeping alive
    private long cellsSeen;
    private long batchesSeen;
    private long idleSinceNanos;
    private long idleTimeNanos; // how long the link may be idle now

    ChannelPadding(PaddedLink link, Supplier<PaddingParameters> parameters, ChannelEnvironment environment) {
        this.link = link;
        this.parameters = parameters;
        this.random = environment.random();
        this.ticker = environment.ticker();
        this.scheduler = environment.scheduler();
    }

    /** Begins, when the link has just been opened and nobody else knows it: the relay hears first if it shall not pad. */
    void start() {
        tellPeer(parameters.get());
        look();
    }

    /** Looks at the link and the parameters now, since something about them may have changed. */
    void look() {
        scheduler.schedule(this::run, Duration.ZERO);
    }

    private void run() {
        next.cancel();
        if (!link.isOpen()) {
            return;
        }
        try {
            next = scheduler.schedule(this::run, padIfDue());
        } catch (RuntimeException e) {
            link.fail(e); // no randomness: a link that is not padded as it should be is no good
        }
    }

    /** Does what is due, and says when to look again. */
    private Duration padIfDue() {
        PaddingParameters current = parameters.get();
        tellPeer(current);
        long now = ticker.read();
        PaddedLink.LinkActivity activity = link.activity();
        boolean pads = mayPad() && isUsed(current) && current.sends();
        boolean changed = pads != padding || !current.equals(drawnFor);
        boolean active = activity.cellsQueued() != cellsSeen || (pads && activity.batchesRead() != batchesSeen);
        padding = pads;
        drawnFor = current;
        cellsSeen = activity.cellsQueued();
        batchesSeen = activity.batchesRead();
        if (changed || active || !activity.writerWaits()) {
            idleTimeNanos = draw();
            idleSinceNanos = !activity.writerWaits() ? now : pads ? activity.lastNanos() : activity.lastWriteNanos();
        }
        if (now - idleSinceNanos >= idleTimeNanos) {
            link.send(CellCommand.PADDING, EMPTY_BODY);
            cellsSeen++; // this one is no activity
            idleTimeNanos = draw();
            idleSinceNanos = now;
        }
        long left = idleTimeNanos - (now - idleSinceNanos);
        return Duration.ofNanos(padding ? Math.min(left, periodNanos()) : left);
    }

    private boolean isUsed(PaddingParameters current) {
        return current.beforeUsage() ? link.carriesPaths() : link.carriesTraffic();
    }

    private boolean mayPad() {
        return link.version() >= FIRST_PADDED_VERSION;
    }

    private void tellPeer(PaddingParameters current) {
        boolean wanted = current.mode() == PaddingParameters.Mode.NORMAL;
        if (!mayPad() || wanted == peerPads) {
            return;
        }
        PaddingNegotiate message = wanted
                ? new PaddingNegotiate(PaddingAction.START, 0, 0)
                : PaddingNegotiate.stop(); // 0: by its consensus
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        message.encode(new WireWriter(body, 0, body.length));
        link.send(CellCommand.PADDING_NEGOTIATE, body);
        peerPads = wanted;
    }

    /**
     * So long that no idle time can begin and end between two looks: each is at least as long as the shortest one that is
     * drawn.
     */
    private long periodNanos() {
        return Math.max(MIN_PERIOD.toNanos(), TimeUnit.MILLISECONDS.toNanos(drawnFor.lowMillis()));
    }

    /** The larger of two uniform times, since the relay pads too, by the same rule. */
    private long draw() {
        return padding ? Math.max(uniform(), uniform()) : KEEPALIVE.toNanos();
    }

    private long uniform() {
        long low = TimeUnit.MILLISECONDS.toNanos(Math.max(1, drawnFor.lowMillis()));
        long high = TimeUnit.MILLISECONDS.toNanos(Math.max(1, drawnFor.highMillis()));
        return low == high ? low : low + random.nextLong(high - low);
    }
}
