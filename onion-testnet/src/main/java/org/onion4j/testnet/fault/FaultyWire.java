package org.onion4j.testnet.fault;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/**
 * A connection of a host with faults. While nothing is wrong, bytes pass straight through. What arrives late is held here
 * in order; what is written while the host is frozen is held, too. On the host's loop.
 */
final class FaultyWire implements Wire, WireListener {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int MAX_HELD_BYTES = 256 * 1024;

    /** Bytes that have arrived, or the end if there are none. */
    private static final class Arrival {
        private final byte[] bytes; // null for the end
        private final Throwable cause;
        private final long dueNanos;

        Arrival(byte[] bytes, Throwable cause, long dueNanos) {
            this.bytes = bytes;
            this.cause = cause;
            this.dueNanos = dueNanos;
        }

        boolean isEnd() {
            return bytes == null;
        }
    }

    private final Wire wire;
    private final HostFaults faults;
    private final Loop loop;
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final Deque<Runnable> unsent = new ArrayDeque<>(); // while frozen
    private WireListener listener;
    private int heldBytes;
    private long freeAtNanos; // when the bandwidth lets the next byte through
    private boolean timerSet;
    private boolean pausedByOwner;
    private boolean closed;

    FaultyWire(Wire wire, HostFaults faults, Loop loop) {
        this.wire = wire;
        this.faults = faults;
        this.loop = loop;
        faults.add(this);
    }

    boolean leadsTo(InetSocketAddress other) {
        InetAddress host = wire.remote().getAddress();
        boolean sameHost = host.equals(other.getAddress()) && !host.isLoopbackAddress(); // which all hosts share
        return sameHost || wire.remote().equals(other);
    }

    @Override
    public void start(WireListener owner) {
        listener = owner;
        if (faults.isFrozen()) {
            wire.pause();
        }
        wire.start(this);
    }

    // What arrives.

    @Override
    public void onBytes(byte[] bytes, int offset, int length) {
        boolean direct =
                arrivals.isEmpty() && !faults.isFrozen() && faults.delayNanos() == 0 && faults.bytesPerSecond() == 0;
        if (direct) {
            listener.onBytes(bytes, offset, length);
            return;
        }
        heldBytes += length;
        hold(new Arrival(Arrays.copyOfRange(bytes, offset, offset + length), null, due(length)));
        if (heldBytes >= MAX_HELD_BYTES) {
            wire.pause();
        }
    }

    private long due(int length) {
        long now = loop.time().nanos();
        long due = now + faults.delayNanos();
        if (faults.bytesPerSecond() > 0) {
            freeAtNanos = Math.max(freeAtNanos, now) + length * SECOND_NANOS / faults.bytesPerSecond();
            due = Math.max(due, freeAtNanos);
        }
        return arrivals.isEmpty() ? due : Math.max(due, arrivals.getLast().dueNanos);
    }

    @Override
    public void onClosed(Throwable causeOrNull) {
        if (arrivals.isEmpty() && !faults.isFrozen()) {
            end(causeOrNull);
        } else {
            hold(new Arrival(null, causeOrNull, due(0)));
        }
    }

    private void end(Throwable causeOrNull) {
        if (causeOrNull != null) {
            faults.remove(this);
        }
        listener.onClosed(causeOrNull);
    }

    private void hold(Arrival arrival) {
        arrivals.add(arrival);
        setTimer();
    }

    private void setTimer() {
        if (timerSet || arrivals.isEmpty() || faults.isFrozen() || pausedByOwner) {
            return;
        }
        timerSet = true;
        loop.schedule(
                () -> {
                    timerSet = false;
                    deliver();
                },
                Duration.ofNanos(
                        Math.max(0, arrivals.getFirst().dueNanos - loop.time().nanos())));
    }

    private void deliver() {
        while (!closed
                && !pausedByOwner
                && !faults.isFrozen()
                && !arrivals.isEmpty()
                && arrivals.getFirst().dueNanos <= loop.time().nanos()) {
            Arrival arrival = arrivals.removeFirst();
            if (arrival.isEnd()) {
                end(arrival.cause);
            } else {
                heldBytes -= arrival.bytes.length;
                listener.onBytes(arrival.bytes, 0, arrival.bytes.length);
            }
        }
        if (!closed) {
            if (heldBytes < MAX_HELD_BYTES && !pausedByOwner && !faults.isFrozen()) {
                wire.resume();
            }
            setTimer();
        }
    }

    @Override
    public void onDrained() {
        if (!faults.isFrozen()) {
            listener.onDrained();
        }
    }

    // What the host does.

    private void act(Runnable action) {
        if (faults.isFrozen()) {
            unsent.add(action);
        } else {
            action.run();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (faults.isFrozen()) {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            unsent.add(() -> wire.write(copy, 0, length));
        } else {
            wire.write(bytes, offset, length);
        }
    }

    @Override
    public int queuedBytes() {
        return wire.queuedBytes();
    }

    @Override
    public void pause() {
        pausedByOwner = true;
        wire.pause();
    }

    @Override
    public void resume() {
        pausedByOwner = false;
        if (!faults.isFrozen()) {
            if (heldBytes < MAX_HELD_BYTES) {
                wire.resume();
            }
            setTimer();
        }
    }

    @Override
    public void shutdownOutput() {
        act(wire::shutdownOutput);
    }

    @Override
    public void close() {
        closed = true;
        faults.remove(this);
        act(wire::close);
    }

    @Override
    public void reset() {
        closed = true;
        faults.remove(this);
        act(wire::reset);
    }

    @Override
    public InetSocketAddress remote() {
        return wire.remote();
    }

    @Override
    public InetSocketAddress local() {
        return wire.local();
    }

    // Faults that begin and end.

    void onFrozen() {
        wire.pause();
    }

    void onThawed() {
        while (!unsent.isEmpty()) {
            unsent.removeFirst().run();
        }
        if (!closed && listener != null) {
            deliver();
            if (wire.queuedBytes() == 0) {
                listener.onDrained();
            }
        }
    }

    void breakOff() {
        if (!closed) {
            closed = true;
            faults.remove(this);
            wire.reset();
            if (listener != null) {
                listener.onClosed(new SocketException("cut off"));
            }
        }
    }
}
