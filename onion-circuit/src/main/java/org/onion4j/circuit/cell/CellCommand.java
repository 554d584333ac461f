package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.Immutable;

/**
 * The command byte of a cell, known or not. Spec: tor-spec, "Cell Packet format". Equal where the number is equal;
 * code that runs for every cell compares {@link #wire} with that of a constant.
 *
 * @param wire the number on the wire, 0 to 255
 */
@Immutable
public record CellCommand(int wire) {
    public static final CellCommand PADDING = new CellCommand(0);
    /** Carried the TAP handshake, which nobody takes any more. */
    public static final CellCommand CREATE = new CellCommand(1);
    /** Answered {@link #CREATE}. */
    public static final CellCommand CREATED = new CellCommand(2);

    public static final CellCommand RELAY = new CellCommand(3);
    public static final CellCommand DESTROY = new CellCommand(4);
    public static final CellCommand CREATE_FAST = new CellCommand(5);
    public static final CellCommand CREATED_FAST = new CellCommand(6);
    public static final CellCommand VERSIONS = new CellCommand(7);
    public static final CellCommand NETINFO = new CellCommand(8);
    public static final CellCommand RELAY_EARLY = new CellCommand(9);
    public static final CellCommand CREATE2 = new CellCommand(10);
    public static final CellCommand CREATED2 = new CellCommand(11);
    public static final CellCommand PADDING_NEGOTIATE = new CellCommand(12);
    public static final CellCommand VPADDING = new CellCommand(128);
    public static final CellCommand CERTS = new CellCommand(129);
    public static final CellCommand AUTH_CHALLENGE = new CellCommand(130);
    public static final CellCommand AUTHENTICATE = new CellCommand(131);
    /** Reserved by the specification, never in use. */
    public static final CellCommand AUTHORIZE = new CellCommand(132);

    private static final ImmutableMap<CellCommand, String> NAMES = ImmutableMap.<CellCommand, String>builder()
            .put(PADDING, "PADDING")
            .put(CREATE, "CREATE")
            .put(CREATED, "CREATED")
            .put(RELAY, "RELAY")
            .put(DESTROY, "DESTROY")
            .put(CREATE_FAST, "CREATE_FAST")
            .put(CREATED_FAST, "CREATED_FAST")
            .put(VERSIONS, "VERSIONS")
            .put(NETINFO, "NETINFO")
            .put(RELAY_EARLY, "RELAY_EARLY")
            .put(CREATE2, "CREATE2")
            .put(CREATED2, "CREATED2")
            .put(PADDING_NEGOTIATE, "PADDING_NEGOTIATE")
            .put(VPADDING, "VPADDING")
            .put(CERTS, "CERTS")
            .put(AUTH_CHALLENGE, "AUTH_CHALLENGE")
            .put(AUTHENTICATE, "AUTHENTICATE")
            .put(AUTHORIZE, "AUTHORIZE")
            .buildOrThrow();

    public CellCommand {
        checkArgument(wire >= 0 && wire <= 0xff, "cell command %s", wire);
    }

    /** The command of a number from 0 to 255, whether or not it has a name. */
    public static CellCommand ofWire(int wire) {
        return new CellCommand(wire);
    }

    /**
     * Whether cells of a command have a length field: VERSIONS and all commands from 128 up, unknown ones too. The
     * others are {@link CellFrame#CELL_BODY_LEN} bytes long.
     */
    public static boolean isVariableLength(int wire) {
        return wire >= 128 || wire == 7;
    }

    /** {@link #isVariableLength(int)} of this command. */
    public boolean isVariableLength() {
        return isVariableLength(wire);
    }

    /** Whether the specification names this number. */
    public boolean isKnown() {
        return NAMES.containsKey(this);
    }

    /** The specification's name, or the number. */
    @Override
    public String toString() {
        String name = NAMES.get(this);
        return name != null ? name : "cell command " + wire;
    }
}
