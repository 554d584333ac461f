package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.link.RelayLinkListener;

/**
 * The circuits on one open link of a relay, by circuit ID. Spec: tor-spec, "CREATE and CREATED cells" (choice of circuit
 * IDs). Threading: the relay's loop.
 *
 * <p>Bounds: streams stop filling a queue of {@link #CONGESTED_CELLS}, so that only cells on their way through the relay
 * can make it longer; at {@link #OVERFLOW_CELLS} the circuit that put most cells into it is destroyed, at twice that the
 * link is closed.
 */
final class CellLink implements RelayLinkListener {
    /** A queue of so many cells makes streams wait: what a link writes in a few turns. */
    static final int CONGESTED_CELLS = 256;
    /** More cells than the windows of some ten circuits let wait. */
    static final int OVERFLOW_CELLS = 16_384;

    private static final int HIGH_BIT = 0x80000000;
    private static final int MAX_TRIES = 64;

    private final RelayCore core;
    private final RelayLink link;
    private final LinkPeer peer;
    private final Map<Integer, CircuitLeg> legs = new HashMap<>();
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int overflowAt = OVERFLOW_CELLS;
    private boolean open = true;

    CellLink(RelayCore core, RelayLink link) {
        this.core = core;
        this.link = link;
        this.peer = LinkPeer.of(link);
    }

    /** Begins to take cells. */
    void start() {
        link.start(this);
    }

    LinkPeer peer() {
        return peer;
    }

    boolean isOpen() {
        return open;
    }

    int circuitCount() {
        return legs.size();
    }

    // Outgoing.

    /** Puts a circuit of ours on the link under a new ID of our range; nothing if the range seems exhausted. */
    Optional<CircuitLeg> attach(CircuitLeg.CircuitEvents circuit) {
        for (int i = 0; i < MAX_TRIES; i++) {
            int id = core.random().nextInt(Integer.MAX_VALUE);
            int circuitId = peer.initiatedByUs() ? id | HIGH_BIT : id;
            if (id != 0 && !legs.containsKey(circuitId)) {
                CircuitLeg leg = new CircuitLeg(this, circuitId, Direction.BACKWARD, circuit);
                legs.put(circuitId, leg);
                return Optional.of(leg);
            }
        }
        return Optional.empty();
    }

    /** Takes a leg off the link; false if it was not there any more. */
    boolean remove(CircuitLeg leg) {
        return legs.remove(leg.circuitId, leg);
    }

    void send(CircuitLeg leg, int command, byte[] body, int offset) {
        send(leg.circuitId, command, body, offset);
    }

    private void send(int circuitId, int command, byte[] body, int offset) {
        if (!open) {
            return;
        }
        link.send(circuitId, command, body, offset);
        if (link.queuedCells() > overflowAt) {
            onOverflow();
        }
    }

    boolean isCongested() {
        return link.queuedCells() >= CONGESTED_CELLS;
    }

    /** Runs the task when the queue is empty, once. */
    void whenDrained(Runnable task) {
        waiting.add(task);
    }

    void forget(Runnable task) {
        waiting.remove(task);
    }

    /** Closes the link and ends its circuits. */
    void close() {
        if (open) {
            link.close();
            ended();
        }
    }

    private void onOverflow() {
        if (overflowAt >= 2 * OVERFLOW_CELLS) {
            core.later(this::close); // the caller may be in the middle of a circuit
            return;
        }
        overflowAt += OVERFLOW_CELLS / 4;
        CircuitLeg greediest = null;
        for (CircuitLeg leg : legs.values()) {
            if (greediest == null || leg.cellsSinceDrained > greediest.cellsSinceDrained) {
                greediest = leg;
            }
        }
        if (greediest != null) {
            CircuitLeg guilty = greediest;
            core.later(() -> guilty.circuit().onOverflow(guilty));
        }
    }

    // Incoming.

    @Override
    public void onCell(RelayLink from, int circuitId, int command, byte[] body, int offset, int length) {
        if (!open) {
            return;
        }
        switch (command) {
            case 3, 9 -> { // RELAY, RELAY_EARLY
                CircuitLeg leg = legs.get(circuitId);
                if (leg != null) {
                    leg.circuit().onRelay(leg, command, body, offset);
                }
            }
            case 1, 5, 10 -> onCreate(circuitId, command, body, offset); // CREATE, CREATE_FAST, CREATE2
            case 2, 6, 11 -> { // CREATED, CREATED_FAST, CREATED2
                CircuitLeg leg = legs.get(circuitId);
                if (leg != null) {
                    leg.circuit().onCreated(leg, command, body, offset);
                }
            }
            case 4 -> { // DESTROY
                CircuitLeg leg = legs.remove(circuitId);
                if (leg != null) {
                    leg.circuit().onDestroy(leg, DestroyReason.ofWire(body[offset] & 0xff));
                }
            }
            default -> {} // PADDING, and what later versions of the protocol may bring
        }
    }

    /** A cell for a circuit that exists is dropped, and one whose ID is of our own range refused. */
    private void onCreate(int circuitId, int command, byte[] body, int offset) {
        if (circuitId == 0 || legs.containsKey(circuitId)) {
            return;
        }
        boolean high = (circuitId & HIGH_BIT) != 0;
        if (high == peer.initiatedByUs()) {
            refuse(circuitId, DestroyReason.PROTOCOL);
            return;
        }
        CircuitCreation.answer(core, this, circuitId, CellCommand.ofWire(command), body, offset);
    }

    /** Makes the leg of a circuit that the peer creates. */
    CircuitLeg accept(int circuitId, CircuitLeg.CircuitEvents circuit) {
        CircuitLeg leg = new CircuitLeg(this, circuitId, Direction.FORWARD, circuit);
        legs.put(circuitId, leg);
        return leg;
    }

    /** Says that there is no such circuit. */
    void refuse(int circuitId, DestroyReason reason) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        new Destroy(reason).encode(new WireWriter(body, 0, body.length));
        send(circuitId, CellCommand.DESTROY.wire(), body, 0);
    }

    @Override
    public void onDrained(RelayLink from) {
        overflowAt = OVERFLOW_CELLS;
        legs.values().forEach(leg -> leg.cellsSinceDrained = 0);
        ImmutableList<Runnable> tasks = ImmutableList.copyOf(waiting);
        waiting.clear();
        tasks.forEach(Runnable::run);
    }

    @Override
    public void onClosed(RelayLink from, Throwable causeOrNull) {
        if (open) {
            ended();
        }
    }

    private void ended() {
        open = false;
        core.links().remove(this);
        ImmutableList<CircuitLeg> all = ImmutableList.copyOf(legs.values());
        legs.clear();
        waiting.clear();
        all.forEach(leg -> leg.circuit().onLinkClosed(leg));
    }
}
