package org.onion4j.crypto.bytes;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.Immutable;

/** A relay's identity: its Ed25519 master identity key. Spec: tor-spec, "Keys and names". */
@Immutable
public record Ed25519Identity(Bytes value) implements Comparable<Ed25519Identity> {
    /** Size in bytes. */
    public static final int LEN = 32;

    public Ed25519Identity {
        checkArgument(value.size() == LEN, "Ed25519Identity of %s bytes", value.size());
    }

    /** The identity in an array of exactly {@link #LEN} bytes, which is copied. */
    public static Ed25519Identity copyOf(byte[] bytes) {
        return new Ed25519Identity(Bytes.copyOf(bytes));
    }

    /**
     * The identity that hexadecimal text of either case stands for.
     *
     * @throws IllegalArgumentException if it isn't hexadecimal of {@link #LEN} bytes
     */
    public static Ed25519Identity fromHex(String hex) {
        return new Ed25519Identity(Bytes.fromHex(hex));
    }

    /** Reads {@link #LEN} bytes. */
    public static Ed25519Identity read(WireReader in, String field) throws WireFormatException {
        return new Ed25519Identity(in.bytes(LEN, field));
    }

    /** Base64 without padding, as directory documents write it. */
    public String base64() {
        return BaseEncoding.base64().omitPadding().encode(value.toArray());
    }

    @Override
    public int compareTo(Ed25519Identity other) {
        return value.compareTo(other.value);
    }

    /** Names the kind alone: an identity of the user's path must not get into a log or an error text by accident. */
    @Override
    public String toString() {
        return "Ed25519Identity";
    }
}
