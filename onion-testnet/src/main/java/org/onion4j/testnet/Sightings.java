package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import java.util.function.Function;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.testnet.relay.CircuitObservation;
import org.onion4j.testnet.relay.Destination;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.LinkPeer;

/** What relays have observed, as the public API says it. Static methods; any thread. */
final class Sightings {
    private Sightings() {}

    /**
     * One circuit.
     *
     * @param before added to its number
     * @param names what relays are called
     */
    static SeenCircuit of(CircuitObservation seen, long before, Function<RsaIdentity, String> names) {
        return new SeenCircuit(
                before + seen.number(),
                peer(seen.previous(), names),
                seen.previousCircuitId(),
                seen.next().map(next -> peer(next, names)),
                seen.nextCircuitId(),
                seen.cells().stream().map(Sightings::cells).collect(ImmutableList.toImmutableList()),
                seen.cellCount(),
                seen.destinations().stream().map(Sightings::destination).collect(ImmutableList.toImmutableList()),
                seen.addresses(),
                seen.closed().map(reason -> reason.toString()));
    }

    static SeenCircuit.Peer peer(LinkPeer peer, Function<RsaIdentity, String> names) {
        return new SeenCircuit.Peer(peer.address(), peer.rsaIdentity().map(names));
    }

    static SeenCircuit.Direction direction(Direction way) {
        return way == Direction.FORWARD ? SeenCircuit.Direction.FORWARD : SeenCircuit.Direction.BACKWARD;
    }

    private static SeenCircuit.Cells cells(CircuitObservation.Cells run) {
        return new SeenCircuit.Cells(
                direction(run.direction()),
                run.command().toString(),
                run.message().map(Object::toString),
                run.count());
    }

    private static SeenCircuit.Destination destination(Destination asked) {
        SeenCircuit.Purpose purpose = switch (asked.kind()) {
            case STREAM -> SeenCircuit.Purpose.STREAM;
            case LOOKUP -> SeenCircuit.Purpose.LOOKUP;
            case DIRECTORY -> SeenCircuit.Purpose.DIRECTORY;
        };
        return new SeenCircuit.Destination(purpose, asked.host(), asked.port());
    }
}
