package org.onion4j.crypto.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import javax.crypto.Cipher;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.primitive.RsaPublicKey;

/** An RSA key that signs as relays and authorities do: PKCS #1 v1.5 around a bare digest. New for each test. */
public final class TestRsaKey {
    private final KeyPair pair;

    private TestRsaKey(KeyPair pair) {
        this.pair = pair;
    }

    /** A new key of that many bits; a relay's identity key has 1024. */
    public static TestRsaKey generate(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return new TestRsaKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public half. */
    public RsaPublicKey publicKey() {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        try {
            return RsaPublicKey.of(key.getModulus(), key.getPublicExponent());
        } catch (WireFormatException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The identity of the relay or authority whose identity key this is. */
    public RsaIdentity identity() {
        return publicKey().identity();
    }

    /** The pair as the platform knows it, for TLS. */
    public KeyPair pair() {
        return pair;
    }

    /** The signature of these bytes: a digest, or what else is to stand inside the padding. */
    public Bytes signDigest(Bytes digest) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, pair.getPrivate());
            return Bytes.copyOf(cipher.doFinal(digest.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
