package org.onion4j.hs.publish;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.random.RandomSource;

/**
 * The identity key of an onion service: whoever has it is the service. Held in its expanded form (scalar 32 bytes, prefix
 * of the nonce hash 32) and wiped by {@link #close}; prints nothing. Spec: rend-spec-v3, "Keys" (KS_hs_id).
 *
 * <p>Threading: any thread; one lock guards the key, so that it isn't wiped while it is used.
 */
public final class ServiceIdentity implements AutoCloseable {
    /** Size of the file in which C tor keeps it. */
    public static final int TOR_FILE_LEN = 96;

    private static final int TOR_FILE_HEADER_LEN = 32;
    private static final byte[] TOR_FILE_HEADER =
            Arrays.copyOf("== ed25519v1-secret: type0 ==".getBytes(StandardCharsets.US_ASCII), TOR_FILE_HEADER_LEN);

    private final ReentrantLock lock = new ReentrantLock();
    private final Ed25519KeyPair key; // guarded by lock
    private final OnionAddress address;
    private boolean closed; // guarded by lock

    private ServiceIdentity(Ed25519KeyPair key) {
        this.key = key;
        this.address = new OnionAddress(key.publicKey());
    }

    /** A new one. */
    public static ServiceIdentity generate(RandomSource random) {
        return new ServiceIdentity(Ed25519KeyPair.generate(random));
    }

    /** The one of an RFC 8032 seed of 32 bytes, which stays the caller's to wipe. */
    public static ServiceIdentity ofSeed(SecretBytes seed) throws ServiceIdentityException {
        if (seed.size() != Ed25519KeyPair.SEED_LEN) {
            throw new ServiceIdentityException(
                    "a seed of " + seed.size() + " bytes instead of " + Ed25519KeyPair.SEED_LEN);
        }
        return new ServiceIdentity(Ed25519KeyPair.ofSeed(seed));
    }

    /**
     * The one of an expanded secret key of 64 bytes, which stays the caller's to wipe.
     *
     * @throws ServiceIdentityException if it has another length, or a scalar that isn't pruned as RFC 8032 asks
     */
    public static ServiceIdentity ofExpanded(SecretBytes expanded) throws ServiceIdentityException {
        if (expanded.size() != Ed25519KeyPair.EXPANDED_LEN) {
            throw new ServiceIdentityException(
                    "a secret key of " + expanded.size() + " bytes instead of " + Ed25519KeyPair.EXPANDED_LEN);
        }
        SecretBytes copy = SecretBytes.adopt(expanded.exposeCopy());
        try {
            return new ServiceIdentity(Ed25519KeyPair.ofExpanded(copy));
        } catch (IllegalArgumentException e) {
            copy.close();
            throw new ServiceIdentityException("a secret key whose scalar isn't pruned");
        }
    }

    /**
     * The one in C tor's {@code hs_ed25519_secret_key}: a header of 32 bytes, then the expanded key.
     *
     * @param file its content, which stays the caller's to wipe
     * @throws ServiceIdentityException if it isn't such a file
     */
    public static ServiceIdentity ofTorFile(SecretBytes file) throws ServiceIdentityException {
        if (file.size() != TOR_FILE_LEN) {
            throw new ServiceIdentityException("a key file of " + file.size() + " bytes instead of " + TOR_FILE_LEN);
        }
        byte[] content = file.exposeArray();
        for (int i = 0; i < TOR_FILE_HEADER_LEN; i++) {
            if (content[i] != TOR_FILE_HEADER[i]) {
                throw new ServiceIdentityException("no secret key file of an onion service: its header is another");
            }
        }
        try (SecretBytes expanded =
                SecretBytes.copyOf(content, TOR_FILE_HEADER_LEN, TOR_FILE_LEN - TOR_FILE_HEADER_LEN)) {
            return ofExpanded(expanded);
        }
    }

    /** The content of C tor's {@code hs_ed25519_secret_key}, {@link #TOR_FILE_LEN} bytes, for the caller to close. */
    public SecretBytes exposeTorFile() {
        byte[] file = Arrays.copyOf(TOR_FILE_HEADER, TOR_FILE_LEN);
        try (SecretBytes expanded = exposeExpanded()) {
            System.arraycopy(expanded.exposeArray(), 0, file, TOR_FILE_HEADER_LEN, expanded.size());
        }
        return SecretBytes.adopt(file);
    }

    /** The expanded secret key, 64 bytes: a copy for the caller to close. */
    public SecretBytes exposeExpanded() {
        lock.lock();
        try {
            checkOpen();
            return key.exposeExpanded();
        } finally {
            lock.unlock();
        }
    }

    /** Another one with the same key, to be closed on its own. */
    public ServiceIdentity copy() {
        lock.lock();
        try {
            checkOpen();
            return new ServiceIdentity(Ed25519KeyPair.ofExpanded(key.exposeExpanded()));
        } finally {
            lock.unlock();
        }
    }

    public OnionAddress address() {
        return address;
    }

    /** The public key KP_hs_id, 32 bytes. */
    public Bytes publicKey() {
        return address.identity();
    }

    /**
     * The blinded key pair of a time period, for the caller to close. Takes a millisecond.
     *
     * @throws IllegalStateException if this identity is closed
     */
    public BlindedKeyPair blind(TimePeriod period) {
        lock.lock();
        try {
            checkOpen();
            return ServiceKeys.blind(key, period);
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the identity has been wiped");
        }
    }

    /** Wipes the key. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            key.close();
        } finally {
            lock.unlock();
        }
    }

    /** Names neither key nor address. */
    @Override
    public String toString() {
        return "ServiceIdentity";
    }
}
