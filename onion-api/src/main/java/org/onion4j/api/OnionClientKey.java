package org.onion4j.api;

import com.google.common.io.BaseEncoding;
import java.util.Locale;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.X25519;

/**
 * The public key by which an onion service knows a client that it has authorized: X25519, 32 bytes. It is no secret, but
 * who knows it of whom can tell a service's clients apart. Immutable. Spec: rend-spec-v3, "Client authorization".
 */
public final class OnionClientKey {
    /** Size of a key in bytes. */
    public static final int LENGTH = X25519.LEN;

    private static final String CTOR_PREFIX = "descriptor:x25519:";
    private static final BaseEncoding BASE32 = BaseEncoding.base32().omitPadding();

    private final Bytes key;

    private OnionClientKey(Bytes key) {
        this.key = key;
    }

    /**
     * The key of 32 bytes.
     *
     * @throws OnionKeyException if there are fewer or more, or no secret can be shared with its owner
     */
    public static OnionClientKey of(byte[] key) throws OnionKeyException {
        Bytes bytes = Bytes.copyOf(key);
        if (!X25519.isUsable(bytes)) {
            throw new OnionKeyException("this is no X25519 public key", null);
        }
        return new OnionClientKey(bytes);
    }

    /** A key that is one. */
    static OnionClientKey ofGood(Bytes key) {
        return new OnionClientKey(key);
    }

    /**
     * Reads a key: 52 characters of base32, in either case, or the line {@code descriptor:x25519:KEY} that C tor keeps in
     * {@code authorized_clients}.
     *
     * @throws OnionKeyException if it is neither
     */
    public static OnionClientKey parse(String text) throws OnionKeyException {
        String line = text.trim();
        String encoded = line.startsWith(CTOR_PREFIX) ? line.substring(CTOR_PREFIX.length()) : line;
        String upper = encoded.toUpperCase(Locale.ROOT);
        if (!BASE32.canDecode(upper)) {
            throw new OnionKeyException("a client's public key is 52 characters of base32", null);
        }
        return of(BASE32.decode(upper));
    }

    /** The key, 32 bytes: a copy. */
    public byte[] bytes() {
        return key.toArray();
    }

    /** The key in base32, 52 characters in upper case, as C tor has it. */
    public String text() {
        return BASE32.encode(key.toArray());
    }

    Bytes wire() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OnionClientKey that && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** Without the key: it must not get into a log by accident. */
    @Override
    public String toString() {
        return "OnionClientKey";
    }
}
