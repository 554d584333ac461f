package org.onion4j.crypto.cert;

import java.time.Instant;
import java.util.Optional;
import java.util.function.IntFunction;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.Digests;

/**
 * What a relay must show at the start of a channel to be believed who it is: its identity key certifies its signing key,
 * that key the certificate which TLS showed, and the RSA identity key vouches for the Ed25519 identity. Whether these are
 * the identities that one wanted is the caller's to check. Any thread. Spec: tor-spec, "CERTS cells".
 */
public final class RelayChain {
    /** Number in CERTS of the {@link RsaIdentityCertificate}. */
    public static final int CERTS_RSA_IDENTITY = 2;
    /** Number in CERTS of the certificate of the signing key. */
    public static final int CERTS_IDENTITY_V_SIGNING = 4;
    /** Number in CERTS of the certificate of the TLS certificate. */
    public static final int CERTS_SIGNING_V_TLS_LINK = 5;
    /** Number in CERTS of the {@link RsaEd25519CrossCertificate}. */
    public static final int CERTS_RSA_V_ED25519 = 7;

    private final Ed25519Certificate signing;
    private final Ed25519Certificate link;
    private final RsaIdentityCertificate rsa;
    private final RsaEd25519CrossCertificate cross;

    private RelayChain(
            Ed25519Certificate signing,
            Ed25519Certificate link,
            RsaIdentityCertificate rsa,
            RsaEd25519CrossCertificate cross) {
        this.signing = signing;
        this.link = link;
        this.rsa = rsa;
        this.cross = cross;
    }

    /**
     * Checks all certificates that count, and gives the identities they prove.
     *
     * @param byNumber the certificate of a number in CERTS, if it is there; that no number comes twice is the reader's to
     *     check
     * @param tlsCertificate the certificate that TLS showed, DER
     * @throws InvalidCertificateException if one is missing, unreadable, out of its time, not signed as it must be, or about
     *     another key
     */
    public static RelayIdentities verify(IntFunction<Optional<Bytes>> byNumber, Bytes tlsCertificate, Instant now)
            throws InvalidCertificateException {
        RelayChain chain = verifyApartFromTime(byNumber, tlsCertificate);
        chain.checkTime(now);
        return chain.identities();
    }

    /**
     * Checks everything but the time, so that a wrong clock can be told from a wrong relay. The identities are proven only
     * once {@link #checkTime} has found no fault either.
     *
     * @throws InvalidCertificateException as {@link #verify}, but for certificates out of their time
     */
    public static RelayChain verifyApartFromTime(IntFunction<Optional<Bytes>> byNumber, Bytes tlsCertificate)
            throws InvalidCertificateException {
        Ed25519Certificate signing = read(byNumber, CERTS_IDENTITY_V_SIGNING, Ed25519Certificate::decode);
        Ed25519Certificate link = read(byNumber, CERTS_SIGNING_V_TLS_LINK, Ed25519Certificate::decode);
        RsaIdentityCertificate rsa = read(byNumber, CERTS_RSA_IDENTITY, RsaIdentityCertificate::decode);
        RsaEd25519CrossCertificate cross = read(byNumber, CERTS_RSA_V_ED25519, RsaEd25519CrossCertificate::decode);

        Bytes identityKey = signing.verifySelfNamedApartFromTime(Ed25519CertType.IDENTITY_V_SIGNING);
        if (!signing.certifiedKeyType().equals(CertifiedKeyType.ED25519)) {
            throw new InvalidCertificateException(Reason.WRONG_KEY, "the signing key isn't an Ed25519 key");
        }
        link.verifyApartFromTime(Ed25519CertType.SIGNING_V_TLS_LINK, signing.certifiedKey());
        if (!link.certifiedKeyType().equals(CertifiedKeyType.SHA256_OF_X509)
                || !link.certifiedKey().equals(Digests.sha256(tlsCertificate.toArray()))) {
            throw new InvalidCertificateException(Reason.WRONG_KEY, "certificate of another TLS certificate");
        }
        rsa.verifyApartFromTime();
        cross.verifyApartFromTime(rsa.key(), new Ed25519Identity(identityKey));
        return new RelayChain(signing, link, rsa, cross);
    }

    /** The identities that the certificates name. */
    public RelayIdentities identities() {
        return new RelayIdentities(rsa.key().identity(), cross.identity());
    }

    /**
     * Checks that all certificates are valid at a moment.
     *
     * @throws InvalidCertificateException for the reason EXPIRED or NOT_YET_VALID, with the {@linkplain
     *     InvalidCertificateException#bound bound} that was passed
     */
    public void checkTime(Instant now) throws InvalidCertificateException {
        signing.checkTime(now);
        link.checkTime(now);
        rsa.checkTime(now);
        cross.checkTime(now);
    }

    private interface Decoder<T> {
        T decode(Bytes encoded) throws WireFormatException;
    }

    private static <T> T read(IntFunction<Optional<Bytes>> byNumber, int number, Decoder<T> decoder)
            throws InvalidCertificateException {
        Optional<Bytes> encoded = byNumber.apply(number);
        if (!encoded.isPresent()) {
            throw new InvalidCertificateException(Reason.MISSING, "certificate " + number + " is missing");
        }
        try {
            return decoder.decode(encoded.get());
        } catch (WireFormatException e) {
            throw new InvalidCertificateException(
                    Reason.MALFORMED, "certificate " + number + " can't be read: " + e.getMessage(), e);
        }
    }
}
