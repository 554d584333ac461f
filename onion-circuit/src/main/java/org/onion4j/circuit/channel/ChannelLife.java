package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;

/**
 * How far a channel is in its life, and for whom: whether it is being opened, open or closed and why, which circuits run
 * over it, since when none does, and whether more may begin. It decides; the {@link Channel} that owns it does to its
 * link what follows.
 *
 * <p>Threading: any thread may call. Fields are guarded by {@code lock}, which nobody else has; under it no handler is
 * called and nothing is done to a socket.
 */
final class ChannelLife {
    /** Circuit IDs of the side that opened the link have this bit. Spec: tor-spec, "Choosing circuit IDs". */
    private static final int INITIATOR_BIT = 0x80000000;
    /** How many circuit IDs are drawn to find an unused one; as many as by C tor. */
    private static final int CIRCUIT_ID_DRAWS = 64;

    private enum State {
        OPENING,
        OPEN,
        CLOSED
    }

    private final ChannelTarget target;
    private final Ticker ticker;
    private final RandomSource random;
    private final long begunNanos;
    private final ReentrantLock lock = new ReentrantLock();

    private State state = State.OPENING;
    private ChannelException cause; // why it closes; set once
    private boolean retired;
    private long idleSinceNanos; // when the last circuit left, or the last caller asked for the channel
    private volatile CircuitTable circuits = CircuitTable.EMPTY; // written under the lock
    private volatile LinkProperties link; // set once, with OPEN

    /** What is left of a channel that is closed. */
    record Remains(ChannelException cause, CircuitTable orphans) {}

    /** A life that begins now, with the opening. */
    ChannelLife(ChannelTarget target, ChannelEnvironment environment) {
        this.target = target;
        this.ticker = environment.ticker();
        this.random = environment.random();
        this.begunNanos = ticker.read();
        this.idleSinceNanos = begunNanos;
    }

    // How far it is.

    boolean isOpen() {
        lock.lock();
        try {
            return isUsable();
        } finally {
            lock.unlock();
        }
    }

    private boolean isUsable() {
        return state == State.OPEN && cause == null;
    }

    /** Whether it has a reason to close, whatever has been done about that so far. */
    boolean isEnding() {
        lock.lock();
        try {
            return cause != null;
        } finally {
            lock.unlock();
        }
    }

    /** Why it closes or has closed; something that says it isn't open where there is no reason yet. */
    ChannelException closedException() {
        lock.lock();
        try {
            return cause != null
                    ? cause
                    : new ChannelException(ChannelException.Kind.CLOSED, "the channel is not open");
        } finally {
            lock.unlock();
        }
    }

    /** What the link handshake found out; null if the channel hasn't been open yet. */
    LinkProperties link() {
        return link;
    }

    /** Whether it has been opening for at least this long, and still is. */
    boolean isOpeningFor(Duration time) {
        lock.lock();
        try {
            return state == State.OPENING && cause == null && ticker.read() - begunNanos >= time.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The link has been made.
     *
     * @return whether the channel is open now; if not, it has had a reason to close
     */
    boolean becomeOpen(LinkProperties properties) {
        lock.lock();
        try {
            if (cause != null) {
                return false;
            }
            link = properties;
            state = State.OPEN;
            idleSinceNanos = ticker.read();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives it a reason to close, of which the first one counts.
     *
     * @return whether this was the first
     */
    boolean end(ChannelException why) {
        lock.lock();
        try {
            if (cause != null) {
                return false;
            }
            cause = why;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it, if no circuit has run over it for longer than that and nobody has asked for it; returns whether it did. */
    boolean endIfIdle(Duration limit) {
        lock.lock();
        try {
            long idleNanos = ticker.read() - idleSinceNanos;
            if (!isUsable() || circuits.size() > 0 || idleNanos <= limit.toNanos()) {
                return false;
            }
            cause = new ChannelException(ChannelException.Kind.CLOSED, "the channel was idle");
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Makes it closed, for {@code why} if nothing else was the reason before, and takes its circuits. */
    Remains close(ChannelException why) {
        lock.lock();
        try {
            if (cause == null) {
                cause = why;
            }
            state = State.CLOSED;
            Remains remains = new Remains(cause, circuits);
            circuits = CircuitTable.EMPTY;
            return remains;
        } finally {
            lock.unlock();
        }
    }

    // For whom.

    /** The circuits that run over it now. */
    CircuitTable circuits() {
        return circuits;
    }

    /** For how long no circuit has run over it; empty while one does, or while it is being opened. */
    Optional<Duration> idleTime() {
        lock.lock();
        try {
            return circuits.size() > 0 || state == State.OPENING
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos(ticker.read() - idleSinceNanos));
        } finally {
            lock.unlock();
        }
    }

    /** See {@link Channel#serves}. */
    boolean serves(ChannelTarget wanted) {
        lock.lock();
        try {
            boolean good = switch (state) {
                case OPENING -> target.includes(wanted);
                case OPEN -> wanted.isProvenBy(link.rsaIdentity(), link.ed25519Identity());
                case CLOSED -> false;
            };
            if (!good || cause != null || retired) {
                return false;
            }
            idleSinceNanos = ticker.read();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a circuit in, under an unused circuit ID.
     *
     * @throws ChannelException if the channel isn't open
     */
    int attach(CellHandler handler) throws ChannelException {
        lock.lock();
        try {
            if (!isUsable()) {
                throw closedException();
            }
            for (int i = 0; i < CIRCUIT_ID_DRAWS; i++) {
                int id = (int) random.nextLong() | INITIATOR_BIT;
                if (!circuits.contains(id)) {
                    circuits = circuits.with(id, handler);
                    return id;
                }
            }
            throw new ChannelException(ChannelException.Kind.LOCAL, "no unused circuit ID has been drawn");
        } catch (RandomnessException e) {
            throw new ChannelException(ChannelException.Kind.LOCAL, "the random source failed", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the circuit ID back.
     *
     * @return whether the channel is to be closed, being retired and without circuits
     */
    boolean detach(int circuitId) {
        lock.lock();
        try {
            circuits = circuits.without(circuitId);
            if (circuits.size() > 0) {
                return false;
            }
            idleSinceNanos = ticker.read();
            return retired;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Serves nobody from now on but those that already use it or wait for it.
     *
     * @return whether the channel is to be closed, being open and without circuits
     */
    boolean retire() {
        lock.lock();
        try {
            retired = true;
            return isUsable() && circuits.size() == 0;
        } finally {
            lock.unlock();
        }
    }

    boolean isRetired() {
        lock.lock();
        try {
            return retired;
        } finally {
            lock.unlock();
        }
    }
}
