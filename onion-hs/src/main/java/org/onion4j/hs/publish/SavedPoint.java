package org.onion4j.hs.publish;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Instant;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;

/**
 * What is remembered of an introduction point between runs. Owns its two secrets, which {@link #close} wipes; the format
 * has room for them, but the service leaves them zero, since keys that have served are not to come back. Prints nothing.
 *
 * @param relay which relay it is
 * @param authKey expanded Ed25519 secret key by which the relay knows the service, 64 bytes
 * @param encryptionKey X25519 private key of the service for what goes through this relay, 32 bytes
 * @param expires when it is to be retired, to the second
 * @param introductionsLeft after how many more introductions it is to be retired, 0 to 2^31 - 1
 */
public record SavedPoint(
        RsaIdentity relay, SecretBytes authKey, SecretBytes encryptionKey, Instant expires, int introductionsLeft)
        implements AutoCloseable {
    public SavedPoint {
        checkArgument(
                authKey.size() == Ed25519KeyPair.EXPANDED_LEN && encryptionKey.size() == X25519.LEN,
                "keys of wrong lengths");
        checkArgument(introductionsLeft >= 0, "%s introductions left", introductionsLeft);
    }

    /** Another one with copies of the secrets, to be closed on its own. */
    public SavedPoint copy() {
        return new SavedPoint(
                relay,
                SecretBytes.adopt(authKey.exposeCopy()),
                SecretBytes.adopt(encryptionKey.exposeCopy()),
                expires,
                introductionsLeft);
    }

    @Override
    public void close() {
        authKey.close();
        encryptionKey.close();
    }

    @Override
    public String toString() {
        return "SavedPoint";
    }
}
