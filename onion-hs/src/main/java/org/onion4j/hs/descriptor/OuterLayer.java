package org.onion4j.hs.descriptor;

import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * What every directory can read of a descriptor. One that was read has good signatures. Immutable. Spec: rend-spec-v3,
 * "Hidden service descriptors: outer wrapper".
 *
 * @param signingKey the descriptor signing key, 32 bytes
 * @param superencrypted the blob of the outer layer of encryption
 */
record OuterLayer(Duration lifetime, Bytes signingKey, UnsignedLong revision, Bytes superencrypted) {
    /** The longest descriptor in bytes. */
    static final int MAX_LEN = 50_000;

    static final byte[] SIGNATURE_PREFIX = ItemReader.ascii("Tor onion service descriptor sig v3");

    private static final int MIN_LIFETIME_MINUTES = 30;
    private static final int MAX_LIFETIME_MINUTES = 720;

    /** The items while they are read. */
    private static final class Parts {
        private Duration lifetime;
        private Ed25519Certificate certificate;
        private UnsignedLong revision;
        private Bytes superencrypted;
    }

    /**
     * Reads a descriptor.
     *
     * @param blindedKey of the service that was asked for: a descriptor of any other one is refused
     */
    static OuterLayer parse(byte[] text, Bytes blindedKey, Instant now) throws DescriptorException {
        if (text.length > MAX_LEN) {
            throw DescriptorException.invalid("descriptor of " + text.length + " bytes");
        }
        try {
            return read(text, blindedKey, now);
        } catch (DocumentException | InvalidCertificateException e) {
            throw DescriptorException.invalid("outer layer", e);
        }
    }

    private static OuterLayer read(byte[] text, Bytes blindedKey, Instant now)
            throws DocumentException, InvalidCertificateException {
        Fields fields = new Fields(text, 0, text.length);
        ItemReader in = fields.in;
        fields.expectFirst("hs-descriptor");
        fields.takeLine();
        if (!in.text("version").equals("3")) {
            throw in.fault("no descriptor of version 3");
        }
        Parts parts = new Parts();
        while (true) {
            if (!fields.next()) {
                throw in.fault("signature missing");
            }
            if (fields.keyword().equals("signature")) {
                break;
            }
            item(fields, parts);
        }
        fields.require("descriptor-lifetime", "descriptor-signing-key-cert", "revision-counter", "superencrypted");
        in.expectNoObject();
        int signedEnd = in.itemAt();
        if (signedEnd > 0 && text[in.keywordEnd()] != ' ') {
            throw in.fault("signature missing"); // what is signed ends before "signature" and a space
        }
        Bytes signature = in.base64(Ed25519.SIGNATURE_LEN, "signature");
        in.expectNoMoreArgs();
        if (in.next()) {
            throw in.fault("something behind the signature");
        }
        Ed25519Certificate certificate = parts.certificate;
        if (!certificate.signingKey().equals(Optional.of(blindedKey))) {
            throw in.fault("a descriptor of another service or time period");
        }
        if (!certificate.certifiedKeyType().equals(CertifiedKeyType.ED25519)) {
            throw in.fault("the signing key is of another kind");
        }
        certificate.verify(Ed25519CertType.BLINDED_V_DESCRIPTOR_SIGNING, blindedKey, now);
        Bytes signed = Bytes.concat(Bytes.copyOf(SIGNATURE_PREFIX), Bytes.copyOf(text, 0, signedEnd));
        if (!Ed25519.verify(certificate.certifiedKey(), signed, signature)) {
            throw in.fault("the signature is wrong");
        }
        return new OuterLayer(parts.lifetime, certificate.certifiedKey(), parts.revision, parts.superencrypted);
    }

    private static void item(Fields fields, Parts parts) throws DocumentException {
        ItemReader in = fields.in;
        switch (fields.keyword()) {
            case "descriptor-lifetime" -> {
                fields.takeLine();
                parts.lifetime = Duration.ofMinutes(in.number("lifetime", MIN_LIFETIME_MINUTES, MAX_LIFETIME_MINUTES));
            }
            case "descriptor-signing-key-cert" -> {
                fields.take();
                parts.certificate = fields.certificate();
            }
            case "revision-counter" -> {
                fields.takeLine();
                parts.revision = fields.unsignedLong("revision counter");
            }
            case "superencrypted" -> {
                fields.take();
                parts.superencrypted = in.object("MESSAGE");
            }
            case "hs-descriptor" -> throw in.fault("hs-descriptor twice");
            default -> {} // of a later version
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "OuterLayer";
    }
}
