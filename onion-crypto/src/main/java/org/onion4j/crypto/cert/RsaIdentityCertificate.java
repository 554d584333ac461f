package org.onion4j.crypto.cert;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * The self-signed X.509 certificate in which a relay shows its RSA identity key: number 2 in CERTS. Only what proves
 * possession of that key is looked at: names and extensions mean nothing. The platform's parser reads it. Immutable: any
 * thread. Spec: tor-spec, "CERTS cells".
 */
public final class RsaIdentityCertificate {
    /** The only size of an RSA identity key, in bits. */
    public static final int IDENTITY_KEY_BITS = 1024;

    /** How far in the future it may begin: a client whose clock is behind gets to learn that from the network. */
    public static final Duration EARLY_TOLERANCE = Duration.ofDays(30);

    private static final int DER_SEQUENCE = 0x30;
    private static final int MAX_LEN = 8192;

    private final X509Certificate certificate;
    private final RsaPublicKey key;

    private RsaIdentityCertificate(X509Certificate certificate, RsaPublicKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Reads a certificate in DER, the whole of the bytes.
     *
     * @throws WireFormatException if it isn't X.509, has more than 8192 bytes, or its key isn't an RSA key with an
     *     exponent of 65537
     */
    public static RsaIdentityCertificate decode(Bytes der) throws WireFormatException {
        if (der.size() < 1 || der.size() > MAX_LEN || der.get(0) != DER_SEQUENCE) {
            throw new WireFormatException("X.509 certificate is not DER of a plausible size"); // PEM would be read too
        }
        try {
            byte[] bytes = der.toArray();
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
            if (!Bytes.copyOf(certificate.getEncoded()).equals(der)) {
                throw new WireFormatException("X.509 certificate with something behind it");
            }
            if (!(certificate.getPublicKey() instanceof RSAPublicKey rsa)) {
                throw new WireFormatException("X.509 certificate without an RSA key");
            }
            return new RsaIdentityCertificate(certificate, RsaPublicKey.of(rsa.getModulus(), rsa.getPublicExponent()));
        } catch (CertificateException e) {
            throw new WireFormatException("X.509 certificate can't be read", e);
        } catch (RuntimeException e) { // the parser is the platform's and the bytes are a stranger's
            throw new WireFormatException("X.509 certificate breaks the parser", e);
        }
    }

    /** The RSA identity key; believed only after {@link #verify}. */
    public RsaPublicKey key() {
        return key;
    }

    /**
     * Checks that the key signed the certificate, has {@link #IDENTITY_KEY_BITS} bits, and that the certificate is valid at
     * a moment: up to the end of its time, and from {@link #EARLY_TOLERANCE} before it on.
     *
     * @throws InvalidCertificateException if any of that isn't so
     */
    public void verify(Instant now) throws InvalidCertificateException {
        verifyApartFromTime();
        checkTime(now);
    }

    /** {@link #verify} but for the time. */
    void verifyApartFromTime() throws InvalidCertificateException {
        if (key.bits() != IDENTITY_KEY_BITS) {
            throw invalid(Reason.WRONG_KEY, "has a key of " + key.bits() + " bits", null);
        }
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException | RuntimeException e) {
            throw invalid(Reason.BAD_SIGNATURE, "is not signed by its own key", e);
        }
    }

    /** Checks that this is valid at a moment, as far as the time goes. */
    void checkTime(Instant now) throws InvalidCertificateException {
        Instant last = certificate.getNotAfter().toInstant();
        if (now.isAfter(last)) {
            throw new InvalidCertificateException(Reason.EXPIRED, "RSA identity certificate has expired", last);
        }
        Instant first = certificate.getNotBefore().toInstant();
        if (now.isBefore(first.minus(EARLY_TOLERANCE))) {
            throw new InvalidCertificateException(
                    Reason.NOT_YET_VALID, "RSA identity certificate isn't valid yet", first);
        }
    }

    private static InvalidCertificateException invalid(Reason reason, String what, Throwable cause) {
        return new InvalidCertificateException(reason, "RSA identity certificate " + what, cause);
    }
}
