package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayCommand;

/**
 * What one relay saw of one circuit: all that it could tell anybody.
 *
 * @param number of the circuit at this relay, from 1 in the order in which they were made
 * @param previous the peer on the client's side; its identities are absent if it is a client
 * @param previousCircuitId of the circuit on the link to that peer
 * @param handshake by which the circuit was made
 * @param next the peer that it was extended to
 * @param nextCircuitId of the circuit on the link to that peer, where it is its {@code previousCircuitId}
 * @param cells in order, those of one kind in a row together; very long lists are cut off
 * @param cellCount all cells, those cut off as well
 * @param destinations of streams and look-ups, in the order asked for; very long lists are cut off
 * @param addresses that streams were connected to; likewise
 * @param closed why the circuit was closed, from this relay's point of view; absent while it is open
 */
public record CircuitObservation(
        long number,
        LinkPeer previous,
        int previousCircuitId,
        HandshakeKind handshake,
        Optional<LinkPeer> next,
        OptionalInt nextCircuitId,
        ImmutableList<Cells> cells,
        long cellCount,
        ImmutableList<Destination> destinations,
        ImmutableList<InetAddress> addresses,
        Optional<DestroyReason> closed) {
    /**
     * Cells of one kind in a row.
     *
     * @param message the relay message, where it was addressed to this relay or came from it
     */
    public record Cells(Direction direction, CellCommand command, Optional<RelayCommand> message, long count) {}
}
