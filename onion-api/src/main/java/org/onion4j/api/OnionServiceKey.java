package org.onion4j.api;

import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.random.SystemRandom;

/**
 * The identity key of an onion service: whoever has it can be the service. For applications that keep the key themselves
 * rather than in the client's state directory. {@link #close} wipes it; services made from it have a copy of their own.
 * Any thread may call.
 */
public final class OnionServiceKey implements Closeable {
    /** What C tor writes in front of the key in {@code hs_ed25519_secret_key}: 32 bytes. */
    private static final byte[] FILE_HEADER =
            Arrays.copyOf("== ed25519v1-secret: type0 ==".getBytes(StandardCharsets.US_ASCII), 32);

    private final SecretBytes expanded;
    private final OnionAddress address;

    private OnionServiceKey(Ed25519KeyPair pair) {
        this.expanded = pair.exposeExpanded();
        this.address = new OnionAddress(pair.publicKey());
    }

    /** A new key, and with it a new address. */
    public static OnionServiceKey generate() {
        try (Ed25519KeyPair pair = Ed25519KeyPair.generate(new SystemRandom())) {
            return new OnionServiceKey(pair);
        }
    }

    /**
     * The key that follows from a seed as RFC 8032 says.
     *
     * @param seed 32 bytes; a copy is made
     * @throws OnionKeyException if there are fewer or more
     */
    public static OnionServiceKey ofSeed(byte[] seed) throws OnionKeyException {
        requireLength(seed, Ed25519KeyPair.SEED_LEN);
        try (SecretBytes secret = SecretBytes.copyOf(seed, 0, seed.length);
                Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(secret)) {
            return new OnionServiceKey(pair);
        }
    }

    /**
     * A key in its expanded form: the scalar, 32 bytes, and what nonces are made from, 32 bytes. C tor's control port gives
     * and takes these as {@code ED25519-V3}, in base64.
     *
     * @param expanded 64 bytes; a copy is made
     * @throws OnionKeyException if it is none
     */
    public static OnionServiceKey ofExpanded(byte[] expanded) throws OnionKeyException {
        requireLength(expanded, Ed25519KeyPair.EXPANDED_LEN);
        SecretBytes secret = SecretBytes.copyOf(expanded, 0, expanded.length);
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofExpanded(secret)) {
            return new OnionServiceKey(pair);
        } catch (IllegalArgumentException e) {
            secret.close();
            throw new OnionKeyException("this is no expanded Ed25519 key: its scalar is out of range", null);
        }
    }

    /**
     * The key in a file of C tor's, {@code hs_ed25519_secret_key} of its {@code HiddenServiceDir}: the service keeps its
     * address when it moves. Two programs must not host it at a time.
     *
     * @param file the file's content, 96 bytes; a copy is made
     * @throws OnionKeyException if it is none
     */
    public static OnionServiceKey ofTorKeyFile(byte[] file) throws OnionKeyException {
        requireLength(file, FILE_HEADER.length + Ed25519KeyPair.EXPANDED_LEN);
        if (!Arrays.equals(FILE_HEADER, Arrays.copyOf(file, FILE_HEADER.length))) {
            throw new OnionKeyException("this is no secret key file of an onion service of C tor's", null);
        }
        byte[] expanded = Arrays.copyOfRange(file, FILE_HEADER.length, file.length);
        try {
            return ofExpanded(expanded);
        } finally {
            Arrays.fill(expanded, (byte) 0);
        }
    }

    private static void requireLength(byte[] bytes, int expected) throws OnionKeyException {
        if (bytes.length != expected) {
            throw new OnionKeyException("a key of this form has " + expected + " bytes, not " + bytes.length, null);
        }
    }

    /** The host name of the service that has this key: 56 characters and {@code .onion}. */
    public String address() {
        return address.host();
    }

    OnionAddress onion() {
        return address;
    }

    /**
     * The key in its expanded form, 64 bytes: a copy, for the caller to wipe.
     *
     * @throws IllegalStateException if the key has been closed
     */
    public byte[] expanded() {
        return expanded.exposeCopy();
    }

    /** Wipes the key. Again: no effect. */
    @Override
    public void close() {
        expanded.close();
    }

    @Override
    public String toString() {
        return "OnionServiceKey";
    }
}
