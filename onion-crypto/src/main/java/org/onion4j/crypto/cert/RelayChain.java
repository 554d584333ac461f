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

    private RelayChain() {}

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
        Ed25519Certificate signing = read(byNumber, CERTS_IDENTITY_V_SIGNING, Ed25519Certificate::decode);
        Ed25519Certificate link = read(byNumber, CERTS_SIGNING_V_TLS_LINK, Ed25519Certificate::decode);
        RsaIdentityCertificate rsa = read(byNumber, CERTS_RSA_IDENTITY, RsaIdentityCertificate::decode);
        RsaEd25519CrossCertificate cross = read(byNumber, CERTS_RSA_V_ED25519, RsaEd25519CrossCertificate::decode);

        Bytes identityKey = signing.verifySelfNamed(Ed25519CertType.IDENTITY_V_SIGNING, now);
        if (!signing.certifiedKeyType().equals(CertifiedKeyType.ED25519)) {
            throw new InvalidCertificateException(Reason.WRONG_KEY, "the signing key isn't an Ed25519 key");
        }
        link.verify(Ed25519CertType.SIGNING_V_TLS_LINK, signing.certifiedKey(), now);
        if (!link.certifiedKeyType().equals(CertifiedKeyType.SHA256_OF_X509)
                || !link.certifiedKey().equals(Digests.sha256(tlsCertificate.toArray()))) {
            throw new InvalidCertificateException(Reason.WRONG_KEY, "certificate of another TLS certificate");
        }
        rsa.verify(now);
        Ed25519Identity identity = new Ed25519Identity(identityKey);
        cross.verify(rsa.key(), identity, now);
        return new RelayIdentities(rsa.key().identity(), identity);
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
