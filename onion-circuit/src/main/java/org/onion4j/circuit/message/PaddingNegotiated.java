package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * PADDING_NEGOTIATED: a hop's answer to PADDING_NEGOTIATE. Spec: padding-spec, "Negotiation". Data: version 1 byte (0),
 * command 1 byte, response 1 byte, machine 1 byte, counter 4 bytes.
 *
 * @param action what the hop was asked to do
 * @param response {@link #OK} or {@link #ERR}
 * @param machine number of the machine, 0 to 255
 * @param machineCounter as it was in the request
 */
public record PaddingNegotiated(PaddingAction action, int response, int machine, long machineCounter)
        implements RelayMessage {
    /** The hop does it. */
    public static final int OK = 1;
    /** The hop doesn't. */
    public static final int ERR = 2;

    private static final int VERSION = 0;

    public PaddingNegotiated {
        checkArgument(response == OK || response == ERR, "response %s", response);
        checkArgument(machine >= 0 && machine <= 0xff, "machine %s", machine);
        checkArgument(machineCounter >= 0 && machineCounter <= 0xffffffffL, "counter %s", machineCounter);
    }

    static PaddingNegotiated decode(WireReader in) throws WireFormatException {
        int version = in.u8("version");
        PaddingAction action = PaddingAction.ofWire(in.u8("command"));
        int response = in.u8("response");
        if (version != VERSION || (response != OK && response != ERR)) {
            throw new WireFormatException("PADDING_NEGOTIATED of version " + version + ", response " + response);
        }
        return new PaddingNegotiated(action, response, in.u8("machine_type"), in.u32("machine_ctr"));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.PADDING_NEGOTIATED;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(VERSION).u8(action.wire()).u8(response).u8(machine).u32(machineCounter);
    }
}
