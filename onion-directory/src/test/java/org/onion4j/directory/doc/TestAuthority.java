package org.onion4j.directory.doc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.primitive.RsaPublicKey;

/** An authority with keys of its own, for tests: makes certificates and signs consensuses. */
public final class TestAuthority {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final List<TestAuthority> POOL = new ArrayList<>();

    private final KeyPair identityKeys = newKeys();
    private final KeyPair signingKeys = newKeys();

    /** The first {@code count} of the authorities that all tests share, as making keys takes time. */
    public static List<TestAuthority> some(int count) {
        synchronized (POOL) {
            while (POOL.size() < count) {
                POOL.add(new TestAuthority());
            }
            return new ArrayList<>(POOL.subList(0, count));
        }
    }

    /** How documents write a time. */
    public static String time(Instant instant) {
        return TIME.format(instant);
    }

    public RsaIdentity identity() {
        return publicKey(identityKeys).identity();
    }

    public String signingKeyHex() {
        return publicKey(signingKeys).identity().value().hex().toUpperCase(java.util.Locale.ROOT);
    }

    public String identityHex() {
        return identity().value().hex().toUpperCase(java.util.Locale.ROOT);
    }

    /** A certificate in good order. */
    public String certificate(Instant published, Instant expires) {
        String body = "dir-key-certificate-version 3\n"
                + "fingerprint " + identityHex() + "\n"
                + "dir-key-published " + time(published) + "\n"
                + "dir-key-expires " + time(expires) + "\n"
                + "dir-identity-key\n" + keyObject(identityKeys)
                + "dir-signing-key\n" + keyObject(signingKeys)
                + "dir-key-crosscert\n"
                + object("ID SIGNATURE", sign(signingKeys, identity().value().toArray()))
                + "dir-key-certification\n";
        return body + object("SIGNATURE", sign(identityKeys, digest("SHA-1", body)));
    }

    /** The certificate text of a body of the test's own, which must end with its dir-key-certification line. */
    public String certify(String body) {
        return body + object("SIGNATURE", sign(identityKeys, digest("SHA-1", body)));
    }

    /** A directory-signature item for a consensus that is signed up to {@code signedPart}'s end. */
    public String consensusSignature(String signedPart, String algorithm) {
        String javaName = algorithm.equals("sha1") ? "SHA-1" : "SHA-256";
        return "directory-signature " + algorithm + " " + identityHex() + " " + signingKeyHex() + "\n"
                + object("SIGNATURE", sign(signingKeys, digest(javaName, signedPart)));
    }

    static String object(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + label + "-----\n";
    }

    private static String keyObject(KeyPair keys) {
        return object("RSA PUBLIC KEY", publicKey(keys).encoded().toArray());
    }

    private static RsaPublicKey publicKey(KeyPair keys) {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        try {
            return RsaPublicKey.of(key.getModulus(), key.getPublicExponent());
        } catch (WireFormatException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] sign(KeyPair keys, byte[] digest) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            PrivateKey key = keys.getPrivate();
            cipher.init(Cipher.ENCRYPT_MODE, key);
            return cipher.doFinal(digest);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(1024);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
