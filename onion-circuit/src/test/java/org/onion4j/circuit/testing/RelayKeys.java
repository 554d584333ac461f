package org.onion4j.circuit.testing;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import javax.crypto.Cipher;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.NtorServer;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.handshake.NtorV3Server;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.RsaPublicKey;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * All keys of one relay, made for a test: RSA identity (1024 bits), Ed25519 identity and signing key, TLS link key (RSA,
 * 2048 bits, the same one in the whole JVM since it takes long to make), ntor onion key; and the certificates that bind
 * them. Any thread.
 *
 * <p>The certificates are public methods with all their fields, so that a test can make wrong ones.
 */
public final class RelayKeys {
    /** What the certified key of an Ed25519 certificate is: an Ed25519 key. */
    public static final int KEY_TYPE_ED25519 = 1;
    /** What the certified key of an Ed25519 certificate is: the SHA-256 of an RSA key. */
    public static final int KEY_TYPE_RSA_DIGEST = 2;
    /** What the certified key of an Ed25519 certificate is: the SHA-256 of an X.509 certificate. */
    public static final int KEY_TYPE_X509_DIGEST = 3;

    private static final String CROSS_CERTIFICATE_PREFIX = "Tor TLS RSA/Ed25519 cross-certificate";
    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final char[] NO_PASSWORD = new char[0];

    private final Instant now;
    private final RandomSource random;
    private final KeyPair rsa;
    private final Ed25519KeyPair identity;
    private final Ed25519KeyPair signing;
    private final X25519 onionKey;
    private final KeyPair link;
    private final X509Certificate linkCertificate;
    private final X509Certificate rsaCertificate;

    /** Makes keys, and certificates that are good from a day before {@code now} to 30 days after. */
    public RelayKeys(Instant now, RandomSource random) {
        this.now = now;
        this.random = random;
        this.rsa = newRsa(1024);
        this.identity = Ed25519KeyPair.generate(random);
        this.signing = Ed25519KeyPair.generate(random);
        this.onionKey = X25519.generate(random);
        this.link = LinkKeyHolder.KEY;
        this.linkCertificate = x509("www.link.net", link, "www.identity.com", rsa, expires());
        this.rsaCertificate = x509("www.identity.com", rsa, "www.identity.com", rsa, expires());
    }

    private static final class LinkKeyHolder {
        static final KeyPair KEY = newRsa(2048);
    }

    /** The RSA identity. */
    public RsaIdentity rsaIdentity() {
        return rsaPublicKey().identity();
    }

    /** The Ed25519 identity. */
    public Ed25519Identity ed25519Identity() {
        return new Ed25519Identity(identity.publicKey());
    }

    /** The ntor onion key, 32 bytes. */
    public Bytes ntorOnionKey() {
        return onionKey.publicKey();
    }

    /** The pair behind the Ed25519 identity. */
    public Ed25519KeyPair identityKey() {
        return identity;
    }

    /** The Ed25519 signing key. */
    public Ed25519KeyPair signingKey() {
        return signing;
    }

    /** The RSA identity key. */
    public KeyPair rsaKey() {
        return rsa;
    }

    /** The certificate that TLS shows, DER. */
    public Bytes tlsCertificate() {
        return encoded(linkCertificate);
    }

    /** The private key of {@link #tlsCertificate}. */
    public PrivateKey tlsKey() {
        return link.getPrivate();
    }

    /** What CERTS holds: types 1, 2, 4, 5, 7, as C tor sends them. */
    public Certs certs() {
        return new Certs(ImmutableList.of(
                new Certs.Cert(CertType.RSA_LINK, tlsCertificate()),
                new Certs.Cert(CertType.RSA_IDENTITY, encoded(rsaCertificate)),
                new Certs.Cert(CertType.ED25519_SIGNING, signingCertificate(expires())),
                new Certs.Cert(CertType.ED25519_TLS_LINK, tlsLinkCertificate(tlsCertificate(), expires())),
                new Certs.Cert(CertType.RSA_ED25519_CROSS, crossCertificate(identity.publicKey(), expires()))));
    }

    /** The same with the certificate of one type replaced, or added. */
    public Certs certsWith(CertType type, Bytes body) {
        ImmutableList.Builder<Certs.Cert> list = ImmutableList.builder();
        certs().certs().stream().filter(c -> !c.type().equals(type)).forEach(list::add);
        return new Certs(list.add(new Certs.Cert(type, body)).build());
    }

    /** The same without the certificate of one type. */
    public Certs certsWithout(CertType type) {
        return new Certs(
                certs().certs().stream().filter(c -> !c.type().equals(type)).collect(ImmutableList.toImmutableList()));
    }

    /** Type 4: the signing key, by the identity, which stands in an extension. */
    public Bytes signingCertificate(Instant expires) {
        return ed25519Certificate(
                CertType.ED25519_SIGNING, expires, KEY_TYPE_ED25519, signing.publicKey(), identity, true);
    }

    /** Type 5: the digest of a TLS certificate, by the signing key. */
    public Bytes tlsLinkCertificate(Bytes tlsCertificate, Instant expires) {
        Bytes digest = Digests.sha256(tlsCertificate.toArray());
        return ed25519Certificate(CertType.ED25519_TLS_LINK, expires, KEY_TYPE_X509_DIGEST, digest, signing, false);
    }

    /** Any Ed25519 certificate of cert-spec, with or without the signer's key in an extension. */
    public static Bytes ed25519Certificate(
            CertType type, Instant expires, int keyType, Bytes key, Ed25519KeyPair signer, boolean withSigner) {
        WireWriter out = new WireWriter();
        out.u8(1).u8(type.wire()).u32(hours(expires)).u8(keyType).bytes(key);
        if (withSigner) {
            out.u8(1).u16(32).u8(4).u8(0).bytes(signer.publicKey());
        } else {
            out.u8(0);
        }
        return out.bytes(signer.sign(out.toBytes())).toBytes();
    }

    /** Type 7: an Ed25519 identity, by our RSA identity. */
    public Bytes crossCertificate(Bytes ed25519Key, Instant expires) {
        WireWriter out = new WireWriter();
        out.bytes(ed25519Key).u32(hours(expires));
        Bytes digest = Digests.sha256(CROSS_CERTIFICATE_PREFIX.getBytes(StandardCharsets.US_ASCII), out.toArray());
        byte[] signature = rsaSign(digest);
        return out.u8(signature.length).bytes(signature).toBytes();
    }

    /** Type 2: our RSA identity key, self-signed. */
    public Bytes rsaIdentityCertificate(Instant expires) {
        return encoded(x509("www.identity.com", rsa, "www.identity.com", rsa, expires));
    }

    /** When our own certificates expire. */
    public Instant expires() {
        return now.plus(LIFETIME);
    }

    /** A context for a TLS server that shows {@link #tlsCertificate}. */
    SSLContext tlsServer() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("link", link.getPrivate(), NO_PASSWORD, new X509Certificate[] {linkCertificate});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The relay's part of a CREATE2 or EXTEND2 handshake.
     *
     * @param serverMessage what an ntor-v3 client is told
     * @throws HandshakeException if the client's part is no good
     */
    public ServerReply answer(HandshakeType type, Bytes data, NtorV3Extensions serverMessage)
            throws HandshakeException {
        if (type.equals(HandshakeType.NTOR)) {
            return NtorServer.answer(rsaIdentity(), onionKey, data, random);
        }
        if (type.equals(HandshakeType.NTOR_V3)) {
            try (NtorV3Server server = NtorV3Server.receive(ed25519Identity(), onionKey, data)) {
                return server.reply(serverMessage.encode(), random);
            }
        }
        throw new HandshakeException("handshake " + type);
    }

    private RsaPublicKey rsaPublicKey() {
        RSAPublicKey key = (RSAPublicKey) rsa.getPublic();
        try {
            return RsaPublicKey.of(key.getModulus(), key.getPublicExponent());
        } catch (WireFormatException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate x509(String subject, KeyPair key, String issuer, KeyPair issuerKey, Instant expires) {
        BigInteger serial = new BigInteger(1, random.bytes(8)).setBit(62);
        Instant from = now.minus(Duration.ofDays(1));
        Instant notBefore = expires.isBefore(from) ? expires.minus(LIFETIME) : from;
        return X509Certificates.sign(
                subject, key.getPublic(), issuer, issuerKey.getPrivate(), serial, notBefore, expires);
    }

    private byte[] rsaSign(Bytes digest) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, rsa.getPrivate());
            return cipher.doFinal(digest.toArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long hours(Instant instant) {
        return instant.getEpochSecond() / 3600;
    }

    private static Bytes encoded(X509Certificate certificate) {
        try {
            return Bytes.copyOf(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newRsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
