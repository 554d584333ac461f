package org.onion4j.circuit.cell;

import org.onion4j.crypto.bytes.WireFormatException;

/**
 * What a padding negotiation asks for, of a link or of a circuit. Spec: tor-spec, "Link padding"; padding-spec,
 * "Circuit-level padding negotiation". A closed set: any other number makes the whole message malformed.
 */
public enum PaddingAction {
    STOP(1),
    START(2);

    private final int wire;

    PaddingAction(int wire) {
        this.wire = wire;
    }

    /** The number on the wire. */
    public int wire() {
        return wire;
    }

    /**
     * The action of a number.
     *
     * @throws WireFormatException if there is none
     */
    public static PaddingAction ofWire(int wire) throws WireFormatException {
        return switch (wire) {
            case 1 -> STOP;
            case 2 -> START;
            default -> throw new WireFormatException("padding command " + wire);
        };
    }
}
