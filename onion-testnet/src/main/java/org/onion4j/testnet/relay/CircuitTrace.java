package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayCommand;

/** What a relay sees of one circuit, as it sees it. Cells of one kind in a row take one entry. On the relay's loop. */
class CircuitTrace {
    /** Writes nothing down. */
    static final CircuitTrace NONE = new CircuitTrace(0, null, 0, HandshakeKind.FAST) {
        @Override
        void cell(Direction direction, CellCommand command, int message) {}
    };

    private static final int UNREAD = -1;
    /** After so many entries cells are still counted, but only in all. */
    private static final int MAX_RUNS = 4096;
    /** After so many destinations, and after so many addresses, no more are written down. */
    static final int MAX_DESTINATIONS = 4096;

    private final long number;
    private final LinkPeer previous;
    private final int previousCircuitId;
    private final HandshakeKind handshake;
    private final List<CircuitObservation.Cells> runs = new ArrayList<>();
    private final List<Destination> destinations = new ArrayList<>();
    private final List<InetAddress> addresses = new ArrayList<>();
    private LinkPeer next;
    private int nextCircuitId;
    private DestroyReason closed;
    private long cells;
    // The run that is going on.
    private Direction direction;
    private CellCommand command;
    private int message; // number of the relay command, or UNREAD
    private long count;

    CircuitTrace(long number, LinkPeer previous, int previousCircuitId, HandshakeKind handshake) {
        this.number = number;
        this.previous = previous;
        this.previousCircuitId = previousCircuitId;
        this.handshake = handshake;
    }

    final long number() {
        return number;
    }

    /** A cell whose content this relay doesn't know, or that has no relay message. */
    final void cell(Direction way, CellCommand cell) {
        cell(way, cell, UNREAD);
    }

    /** A cell with a relay message that was recognised or originated here: the number of its command. */
    void cell(Direction way, CellCommand cell, int seen) {
        cells++;
        boolean same = count > 0 && way == direction && cell.wire() == command.wire() && seen == message;
        if (!same) {
            finishRun();
            direction = way;
            command = cell;
            message = seen;
        }
        count++;
    }

    private void finishRun() {
        if (count > 0 && runs.size() < MAX_RUNS) {
            runs.add(run());
        }
        count = 0;
    }

    private CircuitObservation.Cells run() {
        Optional<RelayCommand> read = message == UNREAD ? Optional.empty() : Optional.of(RelayCommand.ofWire(message));
        return new CircuitObservation.Cells(direction, command, read, count);
    }

    void next(LinkPeer peer, int circuitId) {
        next = peer;
        nextCircuitId = circuitId;
    }

    void destination(Destination asked) {
        if (destinations.size() < MAX_DESTINATIONS) {
            destinations.add(asked);
        }
    }

    void connected(InetAddress address) {
        if (addresses.size() < MAX_DESTINATIONS) {
            addresses.add(address);
        }
    }

    void closed(DestroyReason reason) {
        closed = reason;
    }

    CircuitObservation observation() {
        ImmutableList.Builder<CircuitObservation.Cells> all = ImmutableList.builder();
        all.addAll(runs);
        if (count > 0) {
            all.add(run());
        }
        return new CircuitObservation(
                number,
                previous,
                previousCircuitId,
                handshake,
                Optional.ofNullable(next),
                next == null ? OptionalInt.empty() : OptionalInt.of(nextCircuitId),
                all.build(),
                cells,
                ImmutableList.copyOf(destinations),
                ImmutableList.copyOf(addresses),
                Optional.ofNullable(closed));
    }
}
