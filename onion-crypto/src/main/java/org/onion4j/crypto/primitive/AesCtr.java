package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;

/**
 * AES in counter mode with a 128-bit big-endian counter that starts at zero, or where it is told: one long key stream,
 * so encrypting and decrypting are the same. Spec: tor-spec, "Ciphers". Not for more than one thread.
 */
public final class AesCtr implements AutoCloseable {
    private static final int BLOCK_LEN = 16;

    private final Cipher cipher;
    private final int keyLength;
    private boolean closed;

    /** Starts the key stream of a key of 16 or 32 bytes, which stays the caller's to wipe. */
    public AesCtr(SecretBytes key) {
        this(key.exposeArray(), new byte[BLOCK_LEN]);
    }

    /** Starts the key stream at a counter of 16 bytes; the key stays the caller's to wipe. */
    public AesCtr(SecretBytes key, Bytes firstCounter) {
        this(key.exposeArray(), firstCounter.toArray());
    }

    AesCtr(byte[] key, byte[] firstCounter) {
        checkArgument(key.length == 16 || key.length == 32, "AES key of %s bytes", key.length);
        this.keyLength = key.length;
        try {
            this.cipher = Cipher.getInstance("AES/CTR/NoPadding");
            init(key, firstCounter);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no AES in counter mode", e);
        }
    }

    /**
     * Combines the next {@code length} bytes of the key stream with {@code in}. Input and output must not overlap: it
     * would still be right, but several times slower.
     */
    public void process(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        checkState(!closed, "the key has been wiped");
        try {
            int written = cipher.update(in, inOffset, length, out, outOffset);
            if (written != length) {
                throw new IllegalStateException("the platform's AES holds bytes back");
            }
        } catch (ShortBufferException e) {
            throw new IllegalArgumentException("no room for " + length + " bytes", e);
        }
    }

    /** Puts another key into the platform's cipher, so that it forgets this one. */
    @Override
    public void close() {
        closed = true;
        try {
            init(new byte[keyLength], new byte[BLOCK_LEN]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void init(byte[] key, byte[] counter) throws GeneralSecurityException {
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
    }
}
