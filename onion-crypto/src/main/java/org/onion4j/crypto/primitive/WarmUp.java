package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkState;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;

/**
 * Does beforehand what the first handshake would have to wait for: loads the classes of the primitives (the JVM checks the
 * signature of Bouncy Castle's jar then, which alone takes a tenth of a second) and computes the tables of the curve.
 * Calling it is never necessary.
 */
public final class WarmUp {
    private WarmUp() {}

    /**
     * Uses each of the slow primitives once, with fixed values. Takes a few tenths of a second of CPU in a JVM just started:
     * for a thread that would idle while the first connection is made. Any thread.
     */
    public static void run() {
        try (SecretBytes seed = SecretBytes.adopt(new byte[Ed25519KeyPair.SEED_LEN]);
                Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(seed);
                X25519 agreement = X25519.ofPrivateKey(SecretBytes.adopt(seed.exposeCopy()));
                KeyExpansion shake = Shake256.of(new byte[1]);
                AesCtr aes = new AesCtr(seed)) {
            checkState(Ed25519.verify(pair.publicKey(), Bytes.EMPTY, pair.sign(Bytes.EMPTY)), "broken Ed25519");
            byte[] out = new byte[X25519.LEN];
            checkState(agreement.agree(agreement.publicKey(), out, 0), "broken X25519");
            shake.fill(out);
            aes.process(out, 0, out.length, new byte[out.length], 0);
            Hkdf.extract(Digests.sha3Array(out), Digests.sha1(out).toArray());
        }
    }
}
