package org.onion4j.testnet.wire;

import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.Consumer;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.Loop;

/**
 * A wire on which the faults of a {@link FaultBoard} act. Where there are none it hands everything straight on.
 * Threading: as {@link Wire} says, but for {@link #conditionsChanged} and {@link #breakDown}.
 */
final class FaultyWire implements Wire, WireListener {
    /** So many bytes that have arrived are held before the peer is held up. */
    private static final int MAX_HELD_BYTES = 256 * 1024;

    private final FaultBoard board;
    private final String host;
    private final Wire wire;
    private final Loop loop;
    private final HeldBytes incoming;
    private final HeldBytes outgoing;
    private WireListener listener;
    private Cancellable timer;
    private long timerDue;
    private boolean paused;
    private boolean ending; // nothing more is written
    private boolean closed; // the listener hears nothing any more
    private boolean over; // the wire below has been closed or is lost

    FaultyWire(FaultBoard board, String host, Wire wire, Loop loop, SeededRandom random) {
        this.board = board;
        this.host = host;
        this.wire = wire;
        this.loop = loop;
        this.incoming = new HeldBytes(random);
        this.outgoing = new HeldBytes(random);
    }

    String localHost() {
        return host;
    }

    String remoteHost() {
        return board.hostAt(wire.remote());
    }

    private Conditions conditions(boolean out) {
        return board.conditions(host, wire.remote(), out);
    }

    private long now() {
        return loop.time().nanos();
    }

    /** Faults have been switched on or off. Any thread. */
    void conditionsChanged() {
        loop.execute(this::pump);
    }

    /** Ends the connection abruptly for both ends. Any thread. */
    void breakDown() {
        loop.execute(() -> {
            if (!over) {
                boolean tells = !closed && listener != null;
                finish();
                closed = true;
                ending = true;
                wire.reset();
                if (tells) {
                    listener.onClosed(new SocketException("Connection reset"));
                }
            }
        });
    }

    private void finish() {
        over = true;
        incoming.clear();
        outgoing.clear();
        if (timer != null) {
            timer.cancel();
        }
        board.forget(this);
    }

    // What is held up.

    private void pump() {
        release(outgoing, true, piece -> wire.write(piece.bytes(), 0, piece.bytes().length));
        if (!paused && listener != null) {
            release(incoming, false, piece -> listener.onBytes(piece.bytes(), 0, piece.bytes().length));
        }
        if (!over && !paused && listener != null && incoming.size() <= MAX_HELD_BYTES / 2) {
            wire.resume();
        }
        armTimer();
    }

    private void release(HeldBytes held, boolean out, Consumer<HeldBytes.Piece> to) {
        if (held.isEmpty() || conditions(out).frozen()) {
            return;
        }
        while (!over && (out || (!paused && !closed))) {
            HeldBytes.Piece piece = held.poll(now());
            if (piece == null) {
                return;
            }
            if (piece.event() != null) {
                piece.event().run();
            } else {
                to.accept(piece);
            }
        }
    }

    private void armTimer() {
        long due = Long.MAX_VALUE;
        if (!over && !outgoing.isEmpty() && !conditions(true).frozen()) {
            due = outgoing.nextDue();
        }
        if (!over
                && !paused
                && !closed // what is held for a listener that hears nothing any more is never due
                && listener != null
                && !incoming.isEmpty()
                && !conditions(false).frozen()) {
            due = Math.min(due, incoming.nextDue());
        }
        if (timer != null && timerDue == due) {
            return;
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (due != Long.MAX_VALUE) {
            timerDue = due;
            timer = loop.schedule(
                    () -> {
                        timer = null;
                        pump();
                    },
                    Duration.ofNanos(due - now()));
        }
    }

    /** Does it now, or behind what is held. */
    private void inOrder(HeldBytes held, boolean out, Runnable event) {
        Conditions now = conditions(out);
        if (held.isEmpty() && now.isClear()) {
            event.run();
        } else {
            held.add(event, now, now());
            armTimer();
        }
    }

    // From below.

    @Override
    public void onBytes(byte[] bytes, int offset, int length) {
        if (closed) {
            return;
        }
        Conditions now = conditions(false);
        if (incoming.isEmpty() && now.isClear() && !paused) {
            listener.onBytes(bytes, offset, length);
            return;
        }
        incoming.add(bytes, offset, length, now, now());
        if (incoming.size() > MAX_HELD_BYTES) {
            wire.pause();
        }
        armTimer();
    }

    @Override
    public void onDrained() {
        if (!closed && outgoing.isEmpty()) {
            listener.onDrained();
        }
    }

    @Override
    public void onClosed(Throwable causeOrNull) {
        inOrder(incoming, false, () -> {
            if (causeOrNull != null) {
                finish();
            }
            if (!closed) {
                listener.onClosed(causeOrNull);
            }
        });
    }

    // From above.

    @Override
    public void start(WireListener value) {
        listener = value;
        wire.start(this);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (ending || length == 0) {
            return;
        }
        Conditions now = conditions(true);
        if (outgoing.isEmpty() && now.isClear()) {
            wire.write(bytes, offset, length);
        } else {
            outgoing.add(bytes, offset, length, now, now());
            armTimer();
        }
    }

    @Override
    public int queuedBytes() {
        return outgoing.size() + wire.queuedBytes();
    }

    @Override
    public void pause() {
        paused = true;
        wire.pause();
    }

    @Override
    public void resume() {
        if (paused) {
            paused = false;
            loop.execute(this::pump);
        }
    }

    @Override
    public void shutdownOutput() {
        if (!ending) {
            ending = true;
            inOrder(outgoing, true, wire::shutdownOutput);
        }
    }

    @Override
    public void close() {
        if (!closed && !over) {
            closed = true;
            ending = true;
            inOrder(outgoing, true, () -> {
                finish();
                wire.close();
            });
        }
    }

    @Override
    public void reset() {
        if (!over) {
            closed = true;
            ending = true;
            outgoing.clear();
            inOrder(outgoing, true, () -> {
                finish();
                wire.reset();
            });
        }
    }

    @Override
    public InetSocketAddress remote() {
        return wire.remote();
    }

    @Override
    public InetSocketAddress local() {
        return wire.local();
    }

    @Override
    public String toString() {
        return "FaultyWire";
    }
}
