package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What one relay saw of one circuit: all that it could tell anybody. A value; what happens later is not in it.
 */
public final class SeenCircuit {
    /** Which way a cell goes. */
    public enum Direction {
        /** Away from the client. */
        FORWARD,
        /** Towards the client. */
        BACKWARD
    }

    /** What a stream is for. */
    public enum Purpose {
        /** A connection to a destination. */
        STREAM,
        /** The look-up of a name. */
        LOOKUP,
        /** A directory request to the relay itself. */
        DIRECTORY
    }

    /**
     * Whom a relay has a link with.
     *
     * @param address of the other end of the connection
     * @param relay nickname or fingerprint of the relay; empty for a client, which does not say who it is
     */
    public record Peer(InetSocketAddress address, Optional<String> relay) {
        /** Whether it is a client: it has not proven to be a relay. */
        public boolean isClient() {
            return !relay.isPresent();
        }

        @Override
        public String toString() {
            return relay.orElse("a client") + " at " + address.getAddress().getHostAddress();
        }
    }

    /**
     * Cells of one kind in a row.
     *
     * @param command of the cell, as the specification names it
     * @param message the relay message, if it was addressed to this relay or came from it; others it cannot read
     * @param count at least 1
     */
    public record Cells(Direction direction, String command, Optional<String> message, long count) {
        @Override
        public String toString() {
            return (direction == Direction.FORWARD ? "> " : "< ")
                    + command
                    + message.map(name -> "/" + name).orElse("")
                    + (count == 1 ? "" : " x" + count);
        }
    }

    /**
     * What the client asked this relay for on a stream.
     *
     * @param host name or address as the client wrote it; empty for a directory request
     * @param port 0 where there is none
     */
    public record Destination(Purpose purpose, String host, int port) {
        @Override
        public String toString() {
            return switch (purpose) {
                case STREAM -> host + ":" + port;
                case LOOKUP -> "look-up of " + host;
                case DIRECTORY -> "directory";
            };
        }
    }

    private final long number;
    private final Peer previous;
    private final int previousCircuitId;
    private final Optional<Peer> next;
    private final OptionalInt nextCircuitId;
    private final ImmutableList<Cells> cells;
    private final long cellCount;
    private final ImmutableList<Destination> destinations;
    private final ImmutableList<InetAddress> addresses;
    private final Optional<String> closed;

    SeenCircuit(
            long number,
            Peer previous,
            int previousCircuitId,
            Optional<Peer> next,
            OptionalInt nextCircuitId,
            ImmutableList<Cells> cells,
            long cellCount,
            ImmutableList<Destination> destinations,
            ImmutableList<InetAddress> addresses,
            Optional<String> closed) {
        this.number = number;
        this.previous = previous;
        this.previousCircuitId = previousCircuitId;
        this.next = next;
        this.nextCircuitId = nextCircuitId;
        this.cells = cells;
        this.cellCount = cellCount;
        this.destinations = destinations;
        this.addresses = addresses;
        this.closed = closed;
    }

    /** The number of the circuit at this relay, from 1, in the order in which they came. Other relays have other numbers. */
    public long number() {
        return number;
    }

    /** Who is on the client's side: the client itself for the first hop alone. */
    public Peer previous() {
        return previous;
    }

    /** To whom the circuit goes on; empty for the last hop. */
    public Optional<Peer> next() {
        return next;
    }

    /**
     * The circuit ID on the link to {@link #previous}, 32 bits. No other relay than the two at the ends of that link knows
     * it: where they are both asked, a test can follow a circuit from relay to relay, as no relay can.
     */
    public int previousCircuitId() {
        return previousCircuitId;
    }

    /** The circuit ID on the link to {@link #next}. */
    public OptionalInt nextCircuitId() {
        return nextCircuitId;
    }

    /** The cells in order; very long lists are cut off. */
    public List<Cells> cells() {
        return cells;
    }

    /** How many cells there were, those cut off from {@link #cells} as well. */
    public long cellCount() {
        return cellCount;
    }

    /** What the client asked this relay for: of any use to the last hop alone. */
    public List<Destination> destinations() {
        return destinations;
    }

    /** The addresses that this relay connected to for the client. */
    public List<InetAddress> addresses() {
        return addresses;
    }

    /** Why the circuit was closed, as this relay heard or said; empty while it is open. */
    public Optional<String> closed() {
        return closed;
    }

    /** Whether this relay knows the address of the client. */
    public boolean knowsClient() {
        return previous.isClient();
    }

    /** Whether this relay knows what the client wanted outside the network. */
    public boolean knowsDestination() {
        return destinations.stream().anyMatch(one -> one.purpose() != Purpose.DIRECTORY) || !addresses.isEmpty();
    }

    /** One line. */
    @Override
    public String toString() {
        String wanted = destinations.isEmpty()
                ? ""
                : "; asked for "
                        + destinations.stream().map(Destination::toString).collect(Collectors.joining(", "));
        return "#" + number + " from " + previous
                + next.map(peer -> " to " + peer).orElse("") + wanted + "; "
                + cellCount + " cells: "
                + cells.stream().limit(12).map(Cells::toString).collect(Collectors.joining(" "))
                + (cells.size() > 12 ? " ..." : "")
                + closed.map(reason -> "; closed: " + reason).orElse("");
    }
}
