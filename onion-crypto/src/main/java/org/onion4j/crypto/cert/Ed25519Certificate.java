package org.onion4j.crypto.cert;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.Ed25519Signer;

/**
 * An Ed25519 certificate: a key says something of another key until some hour. Layout: VERSION 1 byte = 1, CERT_TYPE 1,
 * EXPIRATION_DATE 4 (hours since 1970), CERT_KEY_TYPE 1, CERTIFIED_KEY 32, N_EXTENSIONS 1, that many extensions
 * (ExtLength 2, ExtType 1, ExtFlags 1, ExtData ExtLength), SIGNATURE 64 over all before it. Spec: cert-spec, "Ed25519
 * Certificates".
 *
 * <p>Reading one proves nothing: {@link #verify} does. Unknown types, key types and extensions are kept; an unknown
 * extension with the flag AFFECTS_VALIDATION makes the certificate invalid.
 *
 * @param expirationHours last hour of validity, in hours since 1970 (at most 2^32 - 1)
 * @param keyType as it stands in the certificate; {@link #certifiedKeyType} knows what old relays meant
 * @param certifiedKey 32 bytes: a key, or the digest of one
 * @param signature 64 bytes
 */
@Immutable
public record Ed25519Certificate(
        Ed25519CertType type,
        long expirationHours,
        CertifiedKeyType keyType,
        Bytes certifiedKey,
        ImmutableList<Extension> extensions,
        Bytes signature) {
    private static final int VERSION = 1;
    private static final int KEY_LEN = 32;
    private static final int SECONDS_PER_HOUR = 3600;
    private static final int MAX_EXTENSIONS = 0xff;

    public Ed25519Certificate {
        checkArgument(expirationHours >= 0 && expirationHours <= 0xffffffffL, "expiration hour %s", expirationHours);
        checkArgument(certifiedKey.size() == KEY_LEN, "certified key of %s bytes", certifiedKey.size());
        checkArgument(extensions.size() <= MAX_EXTENSIONS, "%s extensions", extensions.size());
        checkArgument(signature.size() == Ed25519.SIGNATURE_LEN, "signature of %s bytes", signature.size());
    }

    /**
     * An extension of a certificate.
     *
     * @param type 0 to 255
     * @param flags 0 to 255
     * @param data at most 65535 bytes
     */
    @Immutable
    public record Extension(int type, int flags, Bytes data) {
        /** Holds the key that signed the certificate, 32 bytes. */
        public static final int SIGNED_WITH_ED25519_KEY = 4;
        /** The flag of an extension that has to be understood before the certificate can be believed. */
        public static final int AFFECTS_VALIDATION = 1;

        public Extension {
            checkArgument(type >= 0 && type <= 0xff && flags >= 0 && flags <= 0xff, "extension %s %s", type, flags);
            checkArgument(data.size() <= 0xffff, "extension of %s bytes", data.size());
        }

        private boolean forbidsBelief() {
            return type != SIGNED_WITH_ED25519_KEY && (flags & AFFECTS_VALIDATION) != 0;
        }
    }

    /**
     * Reads a certificate, the whole of the bytes.
     *
     * @throws WireFormatException if it is cut off or too long, its version isn't 1, or the extension with the signing key
     *     comes twice or hasn't 32 bytes
     */
    public static Ed25519Certificate decode(Bytes encoded) throws WireFormatException {
        WireReader in = new WireReader(encoded);
        int version = in.u8("VERSION");
        if (version != VERSION) {
            throw new WireFormatException("Ed25519 certificate of version " + version);
        }
        Ed25519CertType type = Ed25519CertType.ofWire(in.u8("CERT_TYPE"));
        long expirationHours = in.u32("EXPIRATION_DATE");
        CertifiedKeyType keyType = CertifiedKeyType.ofWire(in.u8("CERT_KEY_TYPE"));
        Bytes certifiedKey = in.bytes(KEY_LEN, "CERTIFIED_KEY");
        ImmutableList<Extension> extensions = decodeExtensions(in);
        Bytes signature = in.bytes(Ed25519.SIGNATURE_LEN, "SIGNATURE");
        in.expectEnd("Ed25519 certificate");
        return new Ed25519Certificate(type, expirationHours, keyType, certifiedKey, extensions, signature);
    }

    private static ImmutableList<Extension> decodeExtensions(WireReader in) throws WireFormatException {
        int count = in.u8("N_EXTENSIONS");
        ImmutableList.Builder<Extension> extensions = ImmutableList.builder();
        boolean signerSeen = false;
        for (int i = 0; i < count; i++) {
            int length = in.u16("ExtLength");
            Extension one = new Extension(in.u8("ExtType"), in.u8("ExtFlags"), in.bytes(length, "ExtData"));
            if (one.type() == Extension.SIGNED_WITH_ED25519_KEY) {
                if (signerSeen || length != KEY_LEN) {
                    throw new WireFormatException("the signing key is there twice, or has " + length + " bytes");
                }
                signerSeen = true;
            }
            extensions.add(one);
        }
        return extensions.build();
    }

    /**
     * Makes a certificate that holds the signing key in an extension.
     *
     * @param expires rounded up to a whole hour
     */
    public static Ed25519Certificate issue(
            Ed25519CertType type, Instant expires, CertifiedKeyType keyType, Bytes certifiedKey, Ed25519Signer signer) {
        long hours = Math.floorDiv(expires.getEpochSecond() + SECONDS_PER_HOUR - 1, (long) SECONDS_PER_HOUR);
        Extension key = new Extension(Extension.SIGNED_WITH_ED25519_KEY, 0, signer.publicKey());
        Bytes none = Bytes.copyOf(new byte[Ed25519.SIGNATURE_LEN]);
        Ed25519Certificate unsigned =
                new Ed25519Certificate(type, hours, keyType, certifiedKey, ImmutableList.of(key), none);
        Bytes signature = signer.sign(unsigned.signedPart());
        return new Ed25519Certificate(type, hours, keyType, certifiedKey, unsigned.extensions(), signature);
    }

    /** The bytes of the certificate. */
    public Bytes encode() {
        return Bytes.concat(signedPart(), signature);
    }

    private Bytes signedPart() {
        WireWriter out = new WireWriter();
        out.u8(VERSION).u8(type.wire()).u32(expirationHours).u8(keyType.wire()).bytes(certifiedKey);
        out.u8(extensions.size());
        for (Extension one : extensions) {
            out.u16(one.data().size()).u8(one.type()).u8(one.flags()).bytes(one.data());
        }
        return out.toBytes();
    }

    /** The last moment at which it is valid. */
    public Instant expires() {
        return Instant.ofEpochSecond(expirationHours * SECONDS_PER_HOUR);
    }

    /** The key that signed it, if it says so itself. Not believed before {@link #verify}. */
    public Optional<Bytes> signingKey() {
        for (Extension one : extensions) {
            if (one.type() == Extension.SIGNED_WITH_ED25519_KEY) {
                return Optional.of(one.data());
            }
        }
        return Optional.empty();
    }

    /** What the certified key is: relays before 0.4.5 wrote "Ed25519 key" where it was the digest of a TLS certificate. */
    public CertifiedKeyType certifiedKeyType() {
        boolean old = type.equals(Ed25519CertType.SIGNING_V_TLS_LINK) && keyType.equals(CertifiedKeyType.ED25519);
        return old ? CertifiedKeyType.SHA256_OF_X509 : keyType;
    }

    /**
     * Checks that a key signed this, that it is of the type which the place asks for, and that it is valid at a moment.
     *
     * @param expectedType the type that the place asks for
     * @param signer the key that must have signed it, 32 bytes
     * @throws InvalidCertificateException if any of that isn't so, or it names another signer, or has an unknown extension
     *     that affects validation
     */
    public void verify(Ed25519CertType expectedType, Bytes signer, Instant now) throws InvalidCertificateException {
        verifyApartFromTime(expectedType, signer);
        checkTime(now);
    }

    /**
     * The same, with the signer that the certificate itself names: that then is who speaks in it.
     *
     * @return the signer's key
     * @throws InvalidCertificateException also if it names none
     */
    public Bytes verifySelfNamed(Ed25519CertType expectedType, Instant now) throws InvalidCertificateException {
        Bytes signer = verifySelfNamedApartFromTime(expectedType);
        checkTime(now);
        return signer;
    }

    /** {@link #verify} but for the time. */
    void verifyApartFromTime(Ed25519CertType expectedType, Bytes signer) throws InvalidCertificateException {
        checkType(expectedType);
        if (extensions.stream().anyMatch(Extension::forbidsBelief)) {
            throw invalid(Reason.UNKNOWN_EXTENSION, "has an unknown extension that affects validation");
        }
        if (!signingKey().orElse(signer).equals(signer)) {
            throw invalid(Reason.WRONG_SIGNER, "names another signer");
        }
        if (!Ed25519.verify(signer, signedPart(), signature)) {
            throw invalid(Reason.BAD_SIGNATURE, "is not signed by its signer");
        }
    }

    /** {@link #verifySelfNamed} but for the time. */
    Bytes verifySelfNamedApartFromTime(Ed25519CertType expectedType) throws InvalidCertificateException {
        checkType(expectedType);
        Optional<Bytes> signer = signingKey();
        if (!signer.isPresent()) {
            throw invalid(Reason.WRONG_SIGNER, "doesn't name its signer");
        }
        verifyApartFromTime(expectedType, signer.get());
        return signer.get();
    }

    /** Checks that this is valid at a moment, as far as the time goes. */
    void checkTime(Instant now) throws InvalidCertificateException {
        if (now.isAfter(expires())) {
            throw new InvalidCertificateException(
                    Reason.EXPIRED, "Ed25519 certificate of " + type + " has expired", expires());
        }
    }

    private void checkType(Ed25519CertType expectedType) throws InvalidCertificateException {
        if (!type.equals(expectedType)) {
            throw invalid(Reason.WRONG_TYPE, "is not of " + expectedType);
        }
    }

    private InvalidCertificateException invalid(Reason reason, String what) {
        return new InvalidCertificateException(reason, "Ed25519 certificate of " + type + " " + what);
    }
}
