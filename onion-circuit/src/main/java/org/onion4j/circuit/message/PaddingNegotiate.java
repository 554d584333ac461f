package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * PADDING_NEGOTIATE on a circuit: the client asks a hop to stop or start a padding machine. Spec: padding-spec,
 * "Negotiation". Data: version 1 byte (0), command 1 byte, machine 1 byte, echo 1 byte (0 or 1), counter 4 bytes.
 *
 * @param action what the hop shall do
 * @param machine number of the machine, 0 to 255
 * @param echo 1 if the hop shall answer with a DROP, else 0
 * @param machineCounter tells one run of a machine from the next, 0 to 2^32 - 1; 0 means any
 */
public record PaddingNegotiate(PaddingAction action, int machine, int echo, long machineCounter)
        implements RelayMessage {
    private static final int VERSION = 0;

    public PaddingNegotiate {
        checkArgument(machine >= 0 && machine <= 0xff, "machine %s", machine);
        checkArgument(echo == 0 || echo == 1, "echo %s", echo);
        checkArgument(machineCounter >= 0 && machineCounter <= 0xffffffffL, "counter %s", machineCounter);
    }

    static PaddingNegotiate decode(WireReader in) throws WireFormatException {
        int version = in.u8("version");
        PaddingAction action = PaddingAction.ofWire(in.u8("command"));
        int machine = in.u8("machine_type");
        int echo = in.u8("echo_request");
        if (version != VERSION || echo > 1) {
            throw new WireFormatException("PADDING_NEGOTIATE of version " + version + ", echo " + echo);
        }
        return new PaddingNegotiate(action, machine, echo, in.u32("machine_ctr"));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.PADDING_NEGOTIATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(VERSION).u8(action.wire()).u8(machine).u8(echo).u32(machineCounter);
    }
}
