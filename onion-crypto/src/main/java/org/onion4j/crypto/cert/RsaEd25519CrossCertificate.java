package org.onion4j.crypto.cert;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * The certificate by which a relay's RSA identity key vouches for its Ed25519 identity. Layout: ED25519_KEY 32 bytes,
 * EXPIRATION_DATE 4 (hours since 1970), SIGLEN 1, SIGNATURE SIGLEN, made of the SHA-256 of a prefix and what stands
 * before SIGLEN. Spec: cert-spec, "RSA->Ed25519 cross-certificate".
 *
 * @param expirationHours last hour of validity, in hours since 1970 (at most 2^32 - 1)
 * @param signature at most 255 bytes
 */
@Immutable
public record RsaEd25519CrossCertificate(Ed25519Identity identity, long expirationHours, Bytes signature) {
    private static final byte[] PREFIX = "Tor TLS RSA/Ed25519 cross-certificate".getBytes(StandardCharsets.US_ASCII);

    public RsaEd25519CrossCertificate {
        checkArgument(expirationHours >= 0 && expirationHours <= 0xffffffffL, "expiration hour %s", expirationHours);
        checkArgument(signature.size() <= 0xff, "signature of %s bytes", signature.size());
    }

    /**
     * Reads a certificate, the whole of the bytes.
     *
     * @throws WireFormatException if it is cut off or too long
     */
    public static RsaEd25519CrossCertificate decode(Bytes encoded) throws WireFormatException {
        WireReader in = new WireReader(encoded);
        Ed25519Identity identity = Ed25519Identity.read(in, "ED25519_KEY");
        long expirationHours = in.u32("EXPIRATION_DATE");
        Bytes signature = in.bytes(in.u8("SIGLEN"), "SIGNATURE");
        in.expectEnd("RSA cross-certificate");
        return new RsaEd25519CrossCertificate(identity, expirationHours, signature);
    }

    /** The bytes of the certificate. */
    public Bytes encode() {
        WireWriter out = new WireWriter();
        writeSigned(out);
        return out.u8(signature.size()).bytes(signature).toBytes();
    }

    /** The digest that the RSA key signs, 32 bytes. */
    public Bytes signedDigest() {
        WireWriter out = new WireWriter();
        writeSigned(out);
        return Digests.sha256(PREFIX, out.toArray());
    }

    private void writeSigned(WireWriter out) {
        out.bytes(identity.value()).u32(expirationHours);
    }

    /** The last moment at which it is valid. */
    public Instant expires() {
        return Instant.ofEpochSecond(expirationHours * 3600);
    }

    /**
     * Checks that an RSA key vouches for an identity at a moment.
     *
     * @throws InvalidCertificateException if it is about another identity, has expired, or the signature isn't the key's
     */
    public void verify(RsaPublicKey signer, Ed25519Identity expected, Instant now) throws InvalidCertificateException {
        verifyApartFromTime(signer, expected);
        checkTime(now);
    }

    /** {@link #verify} but for the time. */
    void verifyApartFromTime(RsaPublicKey signer, Ed25519Identity expected) throws InvalidCertificateException {
        if (!identity.equals(expected)) {
            throw invalid(Reason.WRONG_KEY, "is about another identity");
        }
        if (!signer.verifyDigest(signedDigest(), signature)) {
            throw invalid(Reason.BAD_SIGNATURE, "is not signed by the RSA identity key");
        }
    }

    /** Checks that this is valid at a moment, as far as the time goes. */
    void checkTime(Instant now) throws InvalidCertificateException {
        if (now.isAfter(expires())) {
            throw new InvalidCertificateException(Reason.EXPIRED, "RSA cross-certificate has expired", expires());
        }
    }

    private static InvalidCertificateException invalid(Reason reason, String what) {
        return new InvalidCertificateException(reason, "RSA cross-certificate " + what);
    }
}
