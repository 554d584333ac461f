package org.onion4j.crypto.onion;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;
import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddressException.Reason;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519;

/**
 * The address of an onion service of version 3: its Ed25519 identity key, in text with a checksum (2 bytes) and a
 * version (1 byte) behind it, in base32. Spec: rend-spec-v3, "Encoding onion addresses".
 *
 * @param identity the service's identity key KP_hs_id, 32 bytes, a point of prime order in its canonical encoding
 */
@Immutable
public record OnionAddress(Bytes identity) {
    /** Number of characters before {@code .onion}. */
    public static final int TEXT_LEN = 56;

    private static final String SUFFIX = ".onion";
    private static final int VERSION_2_TEXT_LEN = 16;
    private static final byte VERSION = 3;
    private static final int CHECKSUM_LEN = 2;
    private static final byte[] CHECKSUM_LABEL = ".onion checksum".getBytes(StandardCharsets.US_ASCII);
    private static final BaseEncoding BASE32 = BaseEncoding.base32().lowerCase();

    /** @throws IllegalArgumentException if the key isn't a good one */
    public OnionAddress {
        checkArgument(Ed25519.isValidPublicKey(identity), "not the identity key of an onion service");
    }

    /** Whether a host name, in any case and with or without a dot at its end, is one of an onion service. */
    public static boolean isOnionName(String host) {
        return withoutRoot(host).endsWith(SUFFIX);
    }

    private static String withoutRoot(String host) {
        String lower = Ascii.toLowerCase(host);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /**
     * Reads the address off a host name that ends in {@code .onion}. Case doesn't matter, and what stands before the
     * address ({@code www.}) names the same service.
     *
     * @throws OnionAddressException if it is none
     */
    public static OnionAddress ofHost(String host) throws OnionAddressException {
        String name = withoutRoot(host);
        if (!name.endsWith(SUFFIX)) {
            throw new OnionAddressException(Reason.NOT_ONION);
        }
        String labels = name.substring(0, name.length() - SUFFIX.length());
        return parse(labels.substring(labels.lastIndexOf('.') + 1));
    }

    /**
     * Reads an address without {@code .onion}, in any case.
     *
     * @throws OnionAddressException if it is none
     */
    public static OnionAddress parse(String text) throws OnionAddressException {
        String lower = Ascii.toLowerCase(text);
        if (lower.isEmpty()) {
            throw new OnionAddressException(Reason.NOT_ONION);
        }
        boolean base32 = BASE32.canDecode(lower) && lower.indexOf('=') < 0;
        if (lower.length() == VERSION_2_TEXT_LEN && base32) {
            throw new OnionAddressException(Reason.VERSION_2);
        }
        if (lower.length() != TEXT_LEN) {
            throw new OnionAddressException(Reason.LENGTH);
        }
        if (!base32) {
            throw new OnionAddressException(Reason.NOT_BASE32);
        }
        Bytes bytes = Bytes.copyOf(BASE32.decode(lower));
        Bytes key = bytes.slice(0, Ed25519.PUBLIC_KEY_LEN);
        byte version = bytes.get(bytes.size() - 1);
        if (!checksum(key, version).equals(bytes.slice(key.size(), key.size() + CHECKSUM_LEN))) {
            throw new OnionAddressException(Reason.CHECKSUM);
        }
        if (version != VERSION) {
            throw new OnionAddressException(Reason.VERSION);
        }
        if (!Ed25519.isValidPublicKey(key)) {
            throw new OnionAddressException(Ed25519.isPoint(key) ? Reason.SMALL_ORDER : Reason.NOT_A_POINT);
        }
        return new OnionAddress(key);
    }

    private static Bytes checksum(Bytes key, byte version) {
        return Digests.sha3(CHECKSUM_LABEL, key.toArray(), new byte[] {version}).slice(0, CHECKSUM_LEN);
    }

    /** The address without {@code .onion}, {@link #TEXT_LEN} characters in lower case. */
    public String text() {
        Bytes all = Bytes.concat(identity, checksum(identity, VERSION), Bytes.copyOf(VERSION));
        return BASE32.encode(all.toArray());
    }

    /** The host name: the address with {@code .onion}. */
    public String host() {
        return text() + SUFFIX;
    }

    /** Says nothing: an address must not get into a log by accident. */
    @Override
    public String toString() {
        return "OnionAddress";
    }
}
