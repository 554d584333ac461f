package org.onion4j.testnet.keys;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.cert.RsaEd25519CrossCertificate;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * All keys of one relay, and the certificates that bind them: RSA identity (1024 bits), Ed25519 identity and signing key,
 * link authentication key, ntor onion key, TLS key (RSA, since C tor warns of others; with 1024 bits, since those of 2048
 * would take most of a network's start). The certificates hold for {@link #LIFETIME}, so that a test may move the time a lot.
 *
 * <p>Threading: making one takes some ten milliseconds and can be done on any thread; what it gives is used on the
 * relay's loop. Spec: tor-spec, "Keys and names", "CERTS cells"; cert-spec.
 */
public final class RelayIdentity {
    /** How long the certificates hold, from a day before the moment that they were made for. */
    public static final Duration LIFETIME = Duration.ofDays(3650);

    private static final int IDENTITY_BITS = 1024;
    private static final int TLS_BITS = 1024;
    private static final Duration BACKDATED = Duration.ofDays(1);
    private static final String TLS_NAME = "www.testnet-link.net";
    private static final String IDENTITY_NAME = "www.testnet-identity.com";

    private final RsaKey rsa;
    private final Ed25519KeyPair identity;
    private final Ed25519KeyPair signing;
    private final Ed25519KeyPair linkAuthentication;
    private final X25519 ntor;
    private final PrivateKey tlsKey;
    private final X509Certificate tlsCertificate;
    private final Ed25519Certificate signingCertificate;
    private final Certs responderCerts;
    private final Certs initiatorCerts;

    /** New keys, with certificates that hold from a day before {@code now} on. */
    public RelayIdentity(RandomSource random, Instant now) {
        rsa = RsaKey.generate(IDENTITY_BITS, random);
        identity = Ed25519KeyPair.generate(random);
        signing = Ed25519KeyPair.generate(random);
        linkAuthentication = Ed25519KeyPair.generate(random);
        ntor = X25519.generate(random);
        RsaKey tls = RsaKey.generate(TLS_BITS, random);
        tlsKey = tls.jcaPrivateKey();

        Instant from = now.minus(BACKDATED);
        Instant expires = now.plus(LIFETIME);
        PrivateKey rsaPrivate = rsa.jcaPrivateKey();
        tlsCertificate =
                X509Maker.sign(TLS_NAME, tls.jcaPublicKey(), IDENTITY_NAME, rsaPrivate, serial(random), from, expires);
        X509Certificate rsaCertificate = X509Maker.sign(
                IDENTITY_NAME, rsa.jcaPublicKey(), IDENTITY_NAME, rsaPrivate, serial(random), from, expires);
        signingCertificate = Ed25519Certificate.issue(
                Ed25519CertType.IDENTITY_V_SIGNING, expires, CertifiedKeyType.ED25519, signing.publicKey(), identity);
        Ed25519Certificate link = Ed25519Certificate.issue(
                Ed25519CertType.SIGNING_V_TLS_LINK,
                expires,
                CertifiedKeyType.SHA256_OF_X509,
                Digests.sha256(tlsCertificateDer().toArray()),
                signing);
        Ed25519Certificate authentication = Ed25519Certificate.issue(
                Ed25519CertType.SIGNING_V_LINK_AUTH,
                expires,
                CertifiedKeyType.ED25519,
                linkAuthentication.publicKey(),
                signing);

        Certs.Cert identityCert = new Certs.Cert(CertType.RSA_IDENTITY, encoded(rsaCertificate));
        Certs.Cert signingCert = new Certs.Cert(CertType.ED25519_SIGNING, signingCertificate.encode());
        Certs.Cert crossCert = new Certs.Cert(CertType.RSA_ED25519_CROSS, crossCertificate(expires));
        responderCerts = new Certs(ImmutableList.of(
                identityCert, signingCert, new Certs.Cert(CertType.ED25519_TLS_LINK, link.encode()), crossCert));
        initiatorCerts = new Certs(ImmutableList.of(
                identityCert,
                signingCert,
                new Certs.Cert(CertType.ED25519_AUTHENTICATE, authentication.encode()),
                crossCert));
    }

    private Bytes crossCertificate(Instant expires) {
        long hours = expires.getEpochSecond() / Duration.ofHours(1).toSeconds();
        RsaEd25519CrossCertificate unsigned =
                new RsaEd25519CrossCertificate(ed25519Identity(), hours, Bytes.copyOf(new byte[IDENTITY_BITS / 8]));
        return new RsaEd25519CrossCertificate(ed25519Identity(), hours, rsa.signDigest(unsigned.signedDigest()))
                .encode();
    }

    /** The RSA identity: 20 bytes. */
    public RsaIdentity rsaIdentity() {
        return rsa.publicKey().identity();
    }

    /** The Ed25519 identity: 32 bytes. */
    public Ed25519Identity ed25519Identity() {
        return new Ed25519Identity(identity.publicKey());
    }

    /** Both identities. */
    public RelayIdentities identities() {
        return new RelayIdentities(rsaIdentity(), ed25519Identity());
    }

    /** The RSA identity key. */
    public RsaKey rsaKey() {
        return rsa;
    }

    /** The key behind the Ed25519 identity. */
    public Ed25519KeyPair identityKey() {
        return identity;
    }

    /** The Ed25519 signing key, for descriptors and link certificates. */
    public Ed25519KeyPair signingKey() {
        return signing;
    }

    /** The certificate of the signing key by the identity key, which it names in an extension. */
    public Ed25519Certificate signingCertificate() {
        return signingCertificate;
    }

    /** The key that signs AUTHENTICATE. */
    public Ed25519KeyPair linkAuthenticationKey() {
        return linkAuthentication;
    }

    /** The ntor onion key. */
    public X25519 ntorKey() {
        return ntor;
    }

    /** The public ntor onion key, 32 bytes. */
    public Bytes ntorOnionKey() {
        return ntor.publicKey();
    }

    /** The key of TLS. */
    public PrivateKey tlsKey() {
        return tlsKey;
    }

    /** The certificate that TLS shows. */
    public X509Certificate tlsCertificate() {
        return tlsCertificate;
    }

    /** {@link #tlsCertificate}, DER. */
    public Bytes tlsCertificateDer() {
        return encoded(tlsCertificate);
    }

    /** What CERTS holds where others connect to this relay: types 2, 4, 5, 7. */
    public Certs responderCerts() {
        return responderCerts;
    }

    /** What CERTS holds where this relay connects to others and authenticates itself: types 2, 4, 6, 7. */
    public Certs initiatorCerts() {
        return initiatorCerts;
    }

    /** Names the kind alone. */
    @Override
    public String toString() {
        return "RelayIdentity";
    }

    private static BigInteger serial(RandomSource random) {
        return new BigInteger(1, random.bytes(8)).setBit(62).clearBit(63);
    }

    private static Bytes encoded(X509Certificate certificate) {
        try {
            return Bytes.copyOf(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that we made has no encoding", e);
        }
    }
}
