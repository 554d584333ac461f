package org.onion4j.crypto.bytes;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.Immutable;

/** A relay's older identity: the SHA-1 digest of its RSA identity key in ASN.1. Spec: tor-spec, "Keys and names". */
@Immutable
public record RsaIdentity(Bytes value) implements Comparable<RsaIdentity> {
    /** Size in bytes. */
    public static final int LEN = 20;

    public RsaIdentity {
        checkArgument(value.size() == LEN, "RsaIdentity of %s bytes", value.size());
    }

    /** The identity in an array of exactly {@link #LEN} bytes, which is copied. */
    public static RsaIdentity copyOf(byte[] bytes) {
        return new RsaIdentity(Bytes.copyOf(bytes));
    }

    /**
     * The identity that hexadecimal text of either case stands for.
     *
     * @throws IllegalArgumentException if it isn't hexadecimal of {@link #LEN} bytes
     */
    public static RsaIdentity fromHex(String hex) {
        return new RsaIdentity(Bytes.fromHex(hex));
    }

    /** Reads {@link #LEN} bytes. */
    public static RsaIdentity read(WireReader in, String field) throws WireFormatException {
        return new RsaIdentity(in.bytes(LEN, field));
    }

    /** Base64 without padding, as directory documents write it. */
    public String base64() {
        return BaseEncoding.base64().omitPadding().encode(value.toArray());
    }

    @Override
    public int compareTo(RsaIdentity other) {
        return value.compareTo(other.value);
    }

    /** Names the kind alone: an identity of the user's path must not get into a log or an error text by accident. */
    @Override
    public String toString() {
        return "RsaIdentity";
    }
}
