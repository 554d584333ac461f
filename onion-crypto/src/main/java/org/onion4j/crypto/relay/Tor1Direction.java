package org.onion4j.crypto.relay;

import java.util.Arrays;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.handshake.KeyStream;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.RunningDigest;

/**
 * One direction of one hop: a key stream, and a digest over the messages whose sender and receiver share it. Not for
 * more than one thread.
 *
 * <p>The body in clear (message format v0): COMMAND 1 byte, RECOGNIZED 2, STREAM_ID 2, DIGEST 4, LENGTH 2, DATA 498. A
 * message is recognised if RECOGNIZED is zero and DIGEST the first bytes of the running digest, which takes in the
 * body with its DIGEST field as zeros.
 */
final class Tor1Direction implements AutoCloseable {
    /** Size in bytes of the tag that a SENDME carries: the head of the running digest. */
    static final int TAG_LEN = 20;

    private static final int RECOGNIZED_AT = 1;
    private static final int DIGEST_AT = 5;
    private static final int DIGEST_LEN = 4;

    private final AesCtr cipher;
    private final RunningDigest running;
    private final byte[] digest;
    private final byte[] claimed = new byte[DIGEST_LEN];
    private final byte[] tag = new byte[TAG_LEN];

    private Tor1Direction(AesCtr cipher, RunningDigest running) {
        this.cipher = cipher;
        this.running = running;
        this.digest = new byte[running.length()];
    }

    /** The two directions of a hop of the kind, from its key material in order: Df, Db, Kf, Kb. */
    static Tor1Direction[] both(Tor1Form form, KeyStream keys) {
        try (SecretBytes df = keys.next(form.seedLength());
                SecretBytes db = keys.next(form.seedLength());
                SecretBytes kf = keys.next(form.keyLength());
                SecretBytes kb = keys.next(form.keyLength())) {
            return new Tor1Direction[] {
                new Tor1Direction(new AesCtr(kf), form.digest(df)), new Tor1Direction(new AesCtr(kb), form.digest(db))
            };
        }
    }

    /** Adds the layer or takes it off, which is the same. */
    void crypt(byte[] in, int inOffset, byte[] out, int outOffset) {
        cipher.process(in, inOffset, ClientHopCrypto.BODY_LEN, out, outOffset);
    }

    /** Puts the digest into a message of our own and encrypts it. */
    void originate(byte[] in, int inOffset, byte[] out, int outOffset) {
        int digestAt = inOffset + DIGEST_AT;
        Arrays.fill(in, digestAt, digestAt + DIGEST_LEN, (byte) 0);
        running.update(in, inOffset, ClientHopCrypto.BODY_LEN);
        running.peek(digest);
        System.arraycopy(digest, 0, in, digestAt, DIGEST_LEN);
        System.arraycopy(digest, 0, tag, 0, TAG_LEN);
        crypt(in, inOffset, out, outOffset);
    }

    /** Decrypts, and says whether the message was for this hop; if not, the running digest is as it was. */
    boolean decrypt(byte[] in, int inOffset, byte[] out, int outOffset) {
        crypt(in, inOffset, out, outOffset);
        return out[outOffset + RECOGNIZED_AT] == 0 && out[outOffset + RECOGNIZED_AT + 1] == 0 && check(out, outOffset);
    }

    private boolean check(byte[] body, int offset) {
        int digestAt = offset + DIGEST_AT;
        System.arraycopy(body, digestAt, claimed, 0, DIGEST_LEN);
        Arrays.fill(body, digestAt, digestAt + DIGEST_LEN, (byte) 0);
        running.updateUndoably(body, offset, ClientHopCrypto.BODY_LEN);
        System.arraycopy(claimed, 0, body, digestAt, DIGEST_LEN);
        running.peek(digest);
        if (!ConstantTime.equal(digest, 0, claimed, 0, DIGEST_LEN)) {
            running.undo();
            return false;
        }
        System.arraycopy(digest, 0, tag, 0, TAG_LEN);
        return true;
    }

    /** A copy of the tag of the message last originated or recognised. */
    byte[] tag() {
        return tag.clone();
    }

    @Override
    public void close() {
        cipher.close();
        running.close();
        Arrays.fill(digest, (byte) 0);
        Arrays.fill(tag, (byte) 0);
    }
}
