package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.Immutable;

/**
 * The command byte of a relay message, known or not. Spec: tor-spec, "Relay cells"; rend-spec-v3 and padding-spec for
 * theirs; XOFF and XON as the network has them. Equal where the number is equal; code that runs for every cell compares
 * {@link #wire} with that of a constant.
 *
 * @param wire the number on the wire, 0 to 255
 */
@Immutable
public record RelayCommand(int wire) {
    public static final RelayCommand BEGIN = new RelayCommand(1);
    public static final RelayCommand DATA = new RelayCommand(2);
    public static final RelayCommand END = new RelayCommand(3);
    public static final RelayCommand CONNECTED = new RelayCommand(4);
    public static final RelayCommand SENDME = new RelayCommand(5);
    /** Carried the TAP handshake, which nobody takes any more. */
    public static final RelayCommand EXTEND = new RelayCommand(6);
    /** Answered {@link #EXTEND}. */
    public static final RelayCommand EXTENDED = new RelayCommand(7);

    public static final RelayCommand TRUNCATE = new RelayCommand(8);
    public static final RelayCommand TRUNCATED = new RelayCommand(9);
    public static final RelayCommand DROP = new RelayCommand(10);
    public static final RelayCommand RESOLVE = new RelayCommand(11);
    public static final RelayCommand RESOLVED = new RelayCommand(12);
    public static final RelayCommand BEGIN_DIR = new RelayCommand(13);
    public static final RelayCommand EXTEND2 = new RelayCommand(14);
    public static final RelayCommand EXTENDED2 = new RelayCommand(15);
    public static final RelayCommand CONFLUX_LINK = new RelayCommand(19);
    public static final RelayCommand CONFLUX_LINKED = new RelayCommand(20);
    public static final RelayCommand CONFLUX_LINKED_ACK = new RelayCommand(21);
    public static final RelayCommand CONFLUX_SWITCH = new RelayCommand(22);
    public static final RelayCommand ESTABLISH_INTRO = new RelayCommand(32);
    public static final RelayCommand ESTABLISH_RENDEZVOUS = new RelayCommand(33);
    public static final RelayCommand INTRODUCE1 = new RelayCommand(34);
    public static final RelayCommand INTRODUCE2 = new RelayCommand(35);
    public static final RelayCommand RENDEZVOUS1 = new RelayCommand(36);
    public static final RelayCommand RENDEZVOUS2 = new RelayCommand(37);
    public static final RelayCommand INTRO_ESTABLISHED = new RelayCommand(38);
    public static final RelayCommand RENDEZVOUS_ESTABLISHED = new RelayCommand(39);
    public static final RelayCommand INTRODUCE_ACK = new RelayCommand(40);
    public static final RelayCommand PADDING_NEGOTIATE = new RelayCommand(41);
    public static final RelayCommand PADDING_NEGOTIATED = new RelayCommand(42);
    public static final RelayCommand XOFF = new RelayCommand(43);
    public static final RelayCommand XON = new RelayCommand(44);

    private static final ImmutableMap<RelayCommand, String> NAMES = ImmutableMap.<RelayCommand, String>builder()
            .put(BEGIN, "BEGIN")
            .put(DATA, "DATA")
            .put(END, "END")
            .put(CONNECTED, "CONNECTED")
            .put(SENDME, "SENDME")
            .put(EXTEND, "EXTEND")
            .put(EXTENDED, "EXTENDED")
            .put(TRUNCATE, "TRUNCATE")
            .put(TRUNCATED, "TRUNCATED")
            .put(DROP, "DROP")
            .put(RESOLVE, "RESOLVE")
            .put(RESOLVED, "RESOLVED")
            .put(BEGIN_DIR, "BEGIN_DIR")
            .put(EXTEND2, "EXTEND2")
            .put(EXTENDED2, "EXTENDED2")
            .put(CONFLUX_LINK, "CONFLUX_LINK")
            .put(CONFLUX_LINKED, "CONFLUX_LINKED")
            .put(CONFLUX_LINKED_ACK, "CONFLUX_LINKED_ACK")
            .put(CONFLUX_SWITCH, "CONFLUX_SWITCH")
            .put(ESTABLISH_INTRO, "ESTABLISH_INTRO")
            .put(ESTABLISH_RENDEZVOUS, "ESTABLISH_RENDEZVOUS")
            .put(INTRODUCE1, "INTRODUCE1")
            .put(INTRODUCE2, "INTRODUCE2")
            .put(RENDEZVOUS1, "RENDEZVOUS1")
            .put(RENDEZVOUS2, "RENDEZVOUS2")
            .put(INTRO_ESTABLISHED, "INTRO_ESTABLISHED")
            .put(RENDEZVOUS_ESTABLISHED, "RENDEZVOUS_ESTABLISHED")
            .put(INTRODUCE_ACK, "INTRODUCE_ACK")
            .put(PADDING_NEGOTIATE, "PADDING_NEGOTIATE")
            .put(PADDING_NEGOTIATED, "PADDING_NEGOTIATED")
            .put(XOFF, "XOFF")
            .put(XON, "XON")
            .buildOrThrow();

    public RelayCommand {
        checkArgument(wire >= 0 && wire <= 0xff, "relay command %s", wire);
    }

    /** The command of a number from 0 to 255, whether or not it has a name. */
    public static RelayCommand ofWire(int wire) {
        return new RelayCommand(wire);
    }

    /**
     * Whether this number is in use today. An unknown message is dropped, but counts for digests and windows; a known
     * one that has no business where it arrives closes the circuit.
     */
    public boolean isKnown() {
        return NAMES.containsKey(this);
    }

    /**
     * Whether such a message always belongs to a stream, so that stream ID 0 is an error. Of the others SENDME may
     * belong to a stream; all others belong to the circuit.
     */
    public boolean belongsToStream() {
        return switch (wire) {
            case 1, 2, 3, 4, 11, 12, 13, 43, 44 -> true;
            default -> false;
        };
    }

    /** The specification's name, or the number. */
    @Override
    public String toString() {
        String name = NAMES.get(this);
        return name != null ? name : "relay command " + wire;
    }
}
