package org.onion4j.testnet.keys;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
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
 * link authentication key, ntor onion keys, TLS key (RSA, since C tor warns of others; with 1024 bits, since those of 2048
 * would take most of a network's start).
 *
 * <p>What lives shorter than a relay is made anew by {@link #renew}: the onion key every 28 days, with the old one accepted
 * for 7 more, the signing key every 28 of the 30 days that its certificate holds, and the certificates of the keys of links,
 * which hold for 2 days. What stays is certified for {@link #LIFETIME}, so that a test may move the time a lot.
 *
 * <p>Threading: any thread. Making one takes some ten milliseconds. Spec: tor-spec, "Keys and names", "CERTS cells";
 * cert-spec; param-spec, "onion-key-rotation-days" and "onion-key-grace-period-days".
 */
public final class RelayIdentity {
    /** How long the certificates of what never changes hold, from a day before the moment that they were made for. */
    public static final Duration LIFETIME = Duration.ofDays(3650);
    /** After this time an onion key is replaced. */
    public static final Duration ONION_KEY_LIFETIME = Duration.ofDays(28);
    /** For how long the one before is still taken. */
    public static final Duration ONION_KEY_GRACE = Duration.ofDays(7);
    /** How long the certificate of a signing key holds. */
    public static final Duration SIGNING_LIFETIME = Duration.ofDays(30);
    /** How long certificates of links hold. */
    public static final Duration LINK_LIFETIME = Duration.ofDays(2);

    /** What is left of a certificate's time when it is renewed: relays have a day for others to hear of it. */
    private static final Duration SIGNING_SLACK = Duration.ofDays(2);

    private static final Duration LINK_SLACK = Duration.ofHours(12);

    private static final int IDENTITY_BITS = 1024;
    private static final int TLS_BITS = 1024;
    private static final Duration BACKDATED = Duration.ofDays(1);
    private static final String TLS_NAME = "www.testnet-link.net";
    private static final String IDENTITY_NAME = "www.testnet-identity.com";

    private final RsaKey rsa;
    private final Ed25519KeyPair identity;
    private final Ed25519KeyPair linkAuthentication;
    private final PrivateKey tlsKey;
    private final X509Certificate tlsCertificate;
    private final Certs.Cert identityCert;
    private final Certs.Cert crossCert;
    private final RandomSource random;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile OnionKeys onionKeys;
    private volatile SigningKey signing;
    private volatile LinkCertificates links;

    /** The newest first. */
    private record OnionKeys(ImmutableList<X25519> all, Instant since) {}

    /**
     * What signs descriptors and certifies the keys of links.
     *
     * @param certificate by the identity key, which it names in an extension
     */
    public record SigningKey(Ed25519KeyPair key, Ed25519Certificate certificate, Instant expires) {}

    private record LinkCertificates(Certs responder, Certs initiator, Instant expires) {}

    /**
     * New keys, with certificates that hold from a day before {@code now} on.
     *
     * @param random for these keys and those that are made later
     */
    public RelayIdentity(RandomSource random, Instant now) {
        this.random = random;
        rsa = RsaKey.generate(IDENTITY_BITS, random);
        identity = Ed25519KeyPair.generate(random);
        signing = newSigningKey(now);
        linkAuthentication = Ed25519KeyPair.generate(random);
        onionKeys = new OnionKeys(ImmutableList.of(X25519.generate(random)), now);
        RsaKey tls = RsaKey.generate(TLS_BITS, random);
        tlsKey = tls.jcaPrivateKey();

        Instant from = now.minus(BACKDATED);
        Instant expires = now.plus(LIFETIME);
        PrivateKey rsaPrivate = rsa.jcaPrivateKey();
        tlsCertificate =
                X509Maker.sign(TLS_NAME, tls.jcaPublicKey(), IDENTITY_NAME, rsaPrivate, serial(random), from, expires);
        X509Certificate rsaCertificate = X509Maker.sign(
                IDENTITY_NAME, rsa.jcaPublicKey(), IDENTITY_NAME, rsaPrivate, serial(random), from, expires);
        identityCert = new Certs.Cert(CertType.RSA_IDENTITY, encoded(rsaCertificate));
        crossCert = new Certs.Cert(CertType.RSA_ED25519_CROSS, crossCertificate(expires));
        links = newLinkCertificates(now);
    }

    /**
     * Makes anew what is due to be: call it every hour or so. Links that are being opened meanwhile keep what they have begun
     * with, for TLS key and certificate stay.
     */
    public void renew(Instant now) {
        renewing.lock();
        try {
            OnionKeys onion = onionKeys;
            if (!now.isBefore(onion.since().plus(ONION_KEY_LIFETIME))) {
                X25519 last = onion.all().get(0);
                onionKeys = new OnionKeys(ImmutableList.of(X25519.generate(random), last), now);
            } else if (!now.isBefore(onion.since().plus(ONION_KEY_GRACE))) {
                onionKeys = new OnionKeys(onion.all().subList(0, 1), onion.since());
            }
            boolean signingDue = !now.isBefore(signing.expires().minus(SIGNING_SLACK));
            if (signingDue) {
                signing = newSigningKey(now);
            }
            if (signingDue || !now.isBefore(links.expires().minus(LINK_SLACK))) {
                links = newLinkCertificates(now);
            }
        } finally {
            renewing.unlock();
        }
    }

    private SigningKey newSigningKey(Instant now) {
        Ed25519KeyPair key = Ed25519KeyPair.generate(random);
        Instant expires = now.plus(SIGNING_LIFETIME);
        Ed25519Certificate certificate = Ed25519Certificate.issue(
                Ed25519CertType.IDENTITY_V_SIGNING, expires, CertifiedKeyType.ED25519, key.publicKey(), identity);
        return new SigningKey(key, certificate, expires);
    }

    private LinkCertificates newLinkCertificates(Instant now) {
        Instant expires = now.plus(LINK_LIFETIME);
        SigningKey signer = signing;
        Ed25519Certificate link = Ed25519Certificate.issue(
                Ed25519CertType.SIGNING_V_TLS_LINK,
                expires,
                CertifiedKeyType.SHA256_OF_X509,
                Digests.sha256(tlsCertificateDer().toArray()),
                signer.key());
        Ed25519Certificate authentication = Ed25519Certificate.issue(
                Ed25519CertType.SIGNING_V_LINK_AUTH,
                expires,
                CertifiedKeyType.ED25519,
                linkAuthentication.publicKey(),
                signer.key());
        Certs.Cert signingCert =
                new Certs.Cert(CertType.ED25519_SIGNING, signer.certificate().encode());
        Certs responder = new Certs(ImmutableList.of(
                identityCert, signingCert, new Certs.Cert(CertType.ED25519_TLS_LINK, link.encode()), crossCert));
        Certs initiator = new Certs(ImmutableList.of(
                identityCert,
                signingCert,
                new Certs.Cert(CertType.ED25519_AUTHENTICATE, authentication.encode()),
                crossCert));
        return new LinkCertificates(responder, initiator, expires);
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

    /** The Ed25519 signing key, for descriptors and link certificates, with its certificate. */
    public SigningKey signing() {
        return signing;
    }

    /** The key that signs AUTHENTICATE. */
    public Ed25519KeyPair linkAuthenticationKey() {
        return linkAuthentication;
    }

    /** The ntor onion keys that it takes, the newest, which it publishes, first. */
    public ImmutableList<X25519> ntorKeys() {
        return onionKeys.all();
    }

    /** The newest public ntor onion key, 32 bytes. */
    public Bytes ntorOnionKey() {
        return ntorKeys().get(0).publicKey();
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
        return links.responder();
    }

    /** What CERTS holds where this relay connects to others and authenticates itself: types 2, 4, 6, 7. */
    public Certs initiatorCerts() {
        return links.initiator();
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
