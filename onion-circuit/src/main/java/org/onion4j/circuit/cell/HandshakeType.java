package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;

/**
 * The handshake of a CREATE2 cell or EXTEND2 message (HTYPE). Spec: tor-spec, "CREATE and CREATED cells". Equal where
 * the number is equal.
 *
 * @param wire the number on the wire, 0 to 65535
 */
@Immutable
public record HandshakeType(int wire) {
    /** The first handshake; refused by every relay, and by our decoders. */
    public static final HandshakeType TAP = new HandshakeType(0);
    /** Curve25519 with SHA-256. */
    public static final HandshakeType NTOR = new HandshakeType(2);
    /** Curve25519 with SHA3-256, and encrypted messages in both directions. */
    public static final HandshakeType NTOR_V3 = new HandshakeType(3);

    /** Size in bytes of the client's part of {@link #NTOR}. */
    public static final int NTOR_ONIONSKIN_LEN = 84;

    private static final int RESERVED = 1;

    public HandshakeType {
        checkArgument(wire >= 0 && wire <= 0xffff, "handshake type %s", wire);
    }

    /** The handshake of a number from 0 to 65535, whether or not it has a name. */
    public static HandshakeType ofWire(int wire) {
        return new HandshakeType(wire);
    }

    /** Whether this is a handshake that a client may use and we know. */
    public boolean isKnown() {
        return equals(NTOR) || equals(NTOR_V3);
    }

    /**
     * Whether a client's handshake data of this type may have that many bytes: none of the types that are gone, exactly
     * {@link #NTOR_ONIONSKIN_LEN} of {@link #NTOR}, any of the others.
     */
    public boolean allowsClientData(int length) {
        return wire != TAP.wire && wire != RESERVED && (wire != NTOR.wire || length == NTOR_ONIONSKIN_LEN);
    }

    /** The usual name, or the number. */
    @Override
    public String toString() {
        return switch (wire) {
            case 0 -> "TAP";
            case 2 -> "ntor";
            case 3 -> "ntor-v3";
            default -> "handshake type " + wire;
        };
    }
}
