package org.onion4j.testnet.relay;

import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.PaddingNegotiate;
import org.onion4j.circuit.message.PaddingNegotiated;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncate;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;

/**
 * What a relay does with the messages that are addressed to it, one circuit's. A malformed message, or one against the
 * rules of flow control, closes the circuit; one that has no business at a relay is dropped. Spec: tor-spec, "Relay
 * cells", "Flow control", "Opening streams and transferring data". On the relay's loop.
 */
final class CircuitMessages {
    private final RelayCore core;
    private final RelayCircuit circuit;
    private final EdgeStreams streams;

    CircuitMessages(RelayCore core, RelayCircuit circuit, EdgeStreams streams) {
        this.core = core;
        this.circuit = circuit;
        this.streams = streams;
    }

    /**
     * Acts on a message.
     *
     * @param body 509 bytes in clear
     * @param early whether it came in a RELAY_EARLY cell
     */
    void handle(byte[] body, boolean early) {
        try {
            int length = RelayBody.checkedLength(body, 0);
            int command = RelayBody.command(body, 0);
            int streamId = RelayBody.streamId(body, 0);
            if (command == RelayCommand.DATA.wire()) {
                onData(streamId, body, RelayBody.dataOffset(0), length);
            } else {
                onMessage(RelayCommand.ofWire(command), streamId, body, length, early);
            }
        } catch (WireFormatException | FlowViolationException e) {
            core.log().debug("closing a circuit: {}", e.getMessage());
            circuit.close(DestroyReason.PROTOCOL);
        }
    }

    private void onData(int streamId, byte[] body, int offset, int length) throws FlowViolationException {
        if (circuit.flow().onDataReceived()) {
            circuit.send(0, Sendme.withTag(circuit.forwardTag()));
        }
        streams.onData(streamId, body, offset, length);
    }

    private void onMessage(RelayCommand command, int streamId, byte[] body, int length, boolean early)
            throws WireFormatException, FlowViolationException {
        if (streamId == 0 && command.belongsToStream()) {
            return;
        }
        int offset = RelayBody.dataOffset(0);
        switch (command.wire()) {
            case 1 -> streams.begin(streamId, body, offset, length); // BEGIN
            case 3 -> streams.onEnd(streamId, length); // END
            case 5 -> onSendme(streamId, (Sendme) decode(command, streamId, body, length)); // SENDME
            case 8 -> onTruncate(body, length); // TRUNCATE
            case 11 -> streams.resolve(streamId, body, offset, length); // RESOLVE
            case 13 -> streams.beginDirectory(streamId); // BEGIN_DIR
            case 14 -> onExtend(streamId, body, length, early); // EXTEND2
            case 4, 12 -> { // CONNECTED, RESOLVED
                if (streams.isOpen(streamId)) {
                    throw new WireFormatException("a client does not accept streams");
                }
            }
            case 32 -> core.introductionPoints().establish(circuit, data(body, length));
            case 33 -> core.rendezvousPoints().establish(circuit, data(body, length));
            case 34 -> core.introductionPoints().introduce(circuit, data(body, length));
            case 36 -> core.rendezvousPoints().rendezvous(circuit, data(body, length));
            case 41 -> onPaddingNegotiate(body, length); // PADDING_NEGOTIATE
            default -> {} // DROP, unknown ones, and those that only relays send
        }
    }

    private static RelayMessage decode(RelayCommand command, int streamId, byte[] body, int length)
            throws WireFormatException {
        return RelayMessage.decode(command, streamId, body, RelayBody.dataOffset(0), length);
    }

    private static Bytes data(byte[] body, int length) {
        return Bytes.copyOf(body, RelayBody.dataOffset(0), length);
    }

    private void onSendme(int streamId, Sendme sendme) throws FlowViolationException {
        if (streamId != 0) {
            streams.onSendme(streamId);
            return;
        }
        if (!sendme.tag().isPresent()) {
            throw new FlowViolationException("a SENDME without a tag");
        }
        circuit.flow().onSendme(sendme.tag().get().toArray());
        streams.onCircuitWindow();
    }

    private void onTruncate(byte[] body, int length) throws WireFormatException {
        DestroyReason reason = DestroyReason.NONE;
        if (!circuit.endsHere()) {
            reason = ((Truncate) decode(RelayCommand.TRUNCATE, 0, body, length)).reason();
        }
        circuit.truncate(reason);
        circuit.send(0, new Truncated(DestroyReason.REQUESTED));
    }

    /** Only in a RELAY_EARLY cell, of which there are few, so that no circuit is longer than that. */
    private void onExtend(int streamId, byte[] body, int length, boolean early) throws WireFormatException {
        if (streamId != 0 || !early) {
            return;
        }
        if (!circuit.endsHere()) {
            throw new WireFormatException("EXTEND2 in the middle of a circuit");
        }
        core.extender().extend(circuit, (Extend2) decode(RelayCommand.EXTEND2, 0, body, length));
    }

    /** We have no padding machines: START is refused, and STOP of what doesn't run passed over, as is a malformed one. */
    private void onPaddingNegotiate(byte[] body, int length) {
        try {
            PaddingNegotiate asked = (PaddingNegotiate) decode(RelayCommand.PADDING_NEGOTIATE, 0, body, length);
            if (asked.action().equals(PaddingAction.START)) {
                circuit.send(
                        0,
                        new PaddingNegotiated(
                                asked.action(), PaddingNegotiated.ERR, asked.machine(), asked.machineCounter()));
            }
        } catch (WireFormatException e) {
            core.log().debug("a malformed PADDING_NEGOTIATE: {}", e.getMessage());
        }
    }
}
