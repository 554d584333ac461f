package org.onion4j.crypto.primitive;

import java.security.DigestException;
import java.security.MessageDigest;
import org.bouncycastle.crypto.digests.SHA3Digest;
import org.onion4j.crypto.bytes.SecretBytes;

/**
 * A digest over all that passed so far, which can be read without ending it and taken one step back. Not for more than
 * one thread. Spec: tor-spec, "Relay cells".
 */
public abstract class RunningDigest implements AutoCloseable {
    RunningDigest() {}

    /** SHA-1, begun with a seed of any length, which stays the caller's to wipe. */
    public static RunningDigest sha1(SecretBytes seed) {
        MessageDigest digest = Digests.newSha1();
        digest.update(seed.exposeArray());
        return new Platform(digest);
    }

    /** SHA3-256, begun with a seed of any length, which stays the caller's to wipe. */
    public static RunningDigest sha3(SecretBytes seed) {
        SHA3Digest digest = new SHA3Digest(8 * Digests.SHA256_LEN);
        digest.update(seed.exposeArray(), 0, seed.size());
        return new Sha3(digest);
    }

    /** The size of the digest in bytes. */
    public abstract int length();

    /** Adds bytes, for good. */
    public abstract void update(byte[] bytes, int offset, int length);

    /** Adds bytes that {@link #undo} can take back until the next change. */
    public abstract void updateUndoably(byte[] bytes, int offset, int length);

    /** Takes back the last {@link #updateUndoably}, which must have been the last change, once. */
    public abstract void undo();

    /** Writes the digest of all that was added into the first {@link #length} bytes of the target. */
    public abstract void peek(byte[] target);

    /** Forgets the state. */
    @Override
    public abstract void close();

    private static final class Platform extends RunningDigest {
        private MessageDigest digest;
        private MessageDigest before;

        Platform(MessageDigest digest) {
            this.digest = digest;
            this.before = digest;
        }

        @Override
        public int length() {
            return digest.getDigestLength();
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public void updateUndoably(byte[] bytes, int offset, int length) {
            before = digest;
            digest = copy(digest);
            digest.update(bytes, offset, length);
        }

        @Override
        public void undo() {
            digest = before;
        }

        @Override
        public void peek(byte[] target) {
            MessageDigest copy = copy(digest);
            try {
                copy.digest(target, 0, target.length);
            } catch (DigestException e) {
                throw new IllegalArgumentException("no room for the digest", e);
            }
        }

        @Override
        public void close() {
            digest.reset();
            before.reset();
        }

        private static MessageDigest copy(MessageDigest digest) {
            try {
                return (MessageDigest) digest.clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("this platform's digests cannot be copied", e);
            }
        }
    }

    private static final class Sha3 extends RunningDigest {
        private final SHA3Digest digest;
        private final SHA3Digest before;
        private final SHA3Digest scratch = new SHA3Digest(8 * Digests.SHA256_LEN);

        Sha3(SHA3Digest digest) {
            this.digest = digest;
            this.before = new SHA3Digest(digest);
        }

        @Override
        public int length() {
            return Digests.SHA256_LEN;
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public void updateUndoably(byte[] bytes, int offset, int length) {
            before.reset(digest);
            digest.update(bytes, offset, length);
        }

        @Override
        public void undo() {
            digest.reset(before);
        }

        @Override
        public void peek(byte[] target) {
            scratch.reset(digest);
            scratch.doFinal(target, 0);
        }

        @Override
        public void close() {
            digest.reset();
            before.reset();
            scratch.reset();
        }
    }
}
