package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a relay do what {@link Hostility}s say: each is asked in turn until one doesn't let the message pass, and all that
 * those who were asked want to be sent is sent. On the relay's loop.
 */
final class HostileScript implements RelayScript {
    private static final Logger log = LoggerFactory.getLogger(HostileScript.class);

    private final ImmutableList<Hostility> hostilities;
    private final Function<RsaIdentity, String> names;
    private final LongSupplier before;
    private final Consumer<String> failures;

    /**
     * A script.
     *
     * @param names what relays are called
     * @param before added to the numbers of circuits
     * @param failures is told what hostilities throw
     */
    HostileScript(
            List<Hostility> hostilities,
            Function<RsaIdentity, String> names,
            LongSupplier before,
            Consumer<String> failures) {
        this.hostilities = ImmutableList.copyOf(hostilities);
        this.names = names;
        this.before = before;
        this.failures = failures;
    }

    @Override
    public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
        byte[] copy = Arrays.copyOfRange(body, offset, offset + CellFrame.CELL_BODY_LEN);
        String name = CellCommand.ofWire(command).toString();
        return meet(circuit, Passing.Kind.CELL, direction, name, 0, copy, data -> {
            if (data.length != CellFrame.CELL_BODY_LEN) {
                throw new IllegalArgumentException("a cell's body of " + data.length + " bytes");
            }
            System.arraycopy(data, 0, body, offset, data.length);
        });
    }

    @Override
    public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
        return onBody(circuit, Direction.FORWARD, body);
    }

    @Override
    public boolean onSend(ScriptedCircuit circuit, byte[] body) {
        return onBody(circuit, Direction.BACKWARD, body);
    }

    private boolean onBody(ScriptedCircuit circuit, Direction direction, byte[] body) {
        RelayCommand command = RelayCommand.ofWire(RelayBody.command(body, 0));
        int streamId = RelayBody.streamId(body, 0);
        int length = Math.min(RelayBody.length(body, 0), RelayBody.MAX_DATA_LEN);
        int from = RelayBody.dataOffset(0);
        byte[] copy = Arrays.copyOfRange(body, from, from + length);
        return meet(
                circuit,
                Passing.Kind.MESSAGE,
                direction,
                command.toString(),
                streamId,
                copy,
                data -> RelayBody.encode(command, streamId, data, 0, data.length, HostileScript::zeros, body, 0));
    }

    @Override
    public boolean onDestroy(ScriptedCircuit circuit, Direction direction, DestroyReason reason) {
        byte[] data = {(byte) reason.wire()};
        return meet(circuit, Passing.Kind.CELL, direction, "DESTROY", 0, data, unused -> {
            throw new IllegalArgumentException("a DESTROY has nothing to replace");
        });
    }

    /** @return whether it goes on, with what {@code replace} has put in its place if that was called */
    private boolean meet(
            ScriptedCircuit circuit,
            Passing.Kind kind,
            Direction direction,
            String command,
            int streamId,
            byte[] data,
            Consumer<byte[]> replace) {
        Random random = new Random(circuit.random(direction).nextLong());
        Passing passing =
                new Passing(kind, Sightings.direction(direction), command, streamId, data, where(circuit), random);
        for (Hostility one : hostilities) {
            try {
                Reaction reaction = one.meet(passing);
                reaction.extras().forEach(extra -> send(circuit, extra));
                if (reaction.fate() == Reaction.Fate.DROP) {
                    return false;
                } else if (reaction.fate() == Reaction.Fate.REPLACE) {
                    replace.accept(reaction.data());
                    break;
                }
            } catch (RuntimeException | Error e) { // the loop's other work must go on, whatever the script did
                log.warn("a hostility failed at {}", passing, e);
                failures.accept("hostility failed at " + passing + ": " + e);
                break;
            }
        }
        return !circuit.isClosed(); // which something that was sent before may have done
    }

    private Passing.Where where(ScriptedCircuit circuit) {
        return new Passing.Where(
                before.getAsLong() + circuit.number(), Sightings.peer(circuit.previous(), names), circuit.endsHere());
    }

    /** What comes after is sent from another turn of the loop, when the message itself is on its way. */
    private static void send(ScriptedCircuit circuit, Reaction.Extra extra) {
        if (extra.delay().isPresent()) {
            Duration delay = extra.delay().get();
            circuit.later(delay, () -> {
                if (!circuit.isClosed()) {
                    extra.forgery().send(circuit);
                }
            });
        } else {
            extra.forgery().send(circuit);
        }
    }

    private static void zeros(byte[] target, int offset, int length) {
        Arrays.fill(target, offset, offset + length, (byte) 0);
    }
}
