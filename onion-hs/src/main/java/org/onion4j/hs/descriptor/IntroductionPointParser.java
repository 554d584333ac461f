package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import com.google.common.io.BaseEncoding;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * Reads the sections of introduction points. What can't be used, for whatever reason, is left out: the service may know
 * something that we don't, or one of its points may have been changed on the way. Not for more than one thread. Spec:
 * rend-spec-v3, "Second layer plaintext format".
 */
final class IntroductionPointParser {
    private static final String NTOR = "ntor";

    private final byte[] text;
    private final Bytes signingKey;
    private final Instant now;

    /** The items of a section while they are read. */
    private static final class Parts {
        private ImmutableList<LinkSpecifier> linkSpecifiers = ImmutableList.of();
        private Optional<Bytes> onionKey = Optional.empty();
        private Ed25519Certificate authKeyCertificate;
        private Optional<Bytes> encryptionKey = Optional.empty();
        private Ed25519Certificate encryptionKeyCertificate;
    }

    /** @param signingKey the descriptor signing key */
    IntroductionPointParser(byte[] text, Bytes signingKey, Instant now) {
        this.text = text;
        this.signingKey = signingKey;
        this.now = now;
    }

    /** The point whose section is in that range of the text, if it can be used. */
    Optional<IntroductionPoint> parse(int from, int to) {
        try {
            return point(read(new Fields(text, from, to, "onion-key")));
        } catch (DocumentException | WireFormatException | InvalidCertificateException e) {
            return Optional.empty();
        }
    }

    private static Parts read(Fields fields) throws DocumentException, WireFormatException {
        ItemReader in = fields.in;
        Parts parts = new Parts();
        while (fields.next()) {
            switch (fields.keyword()) {
                case "introduction-point" -> {
                    fields.takeLine();
                    parts.linkSpecifiers = linkSpecifiers(in);
                }
                case "onion-key" -> {
                    fields.take();
                    if (in.text("kind").equals(NTOR) && !parts.onionKey.isPresent()) {
                        parts.onionKey = Optional.of(in.base64(X25519.LEN, "onion key"));
                    }
                }
                case "auth-key" -> {
                    fields.take();
                    parts.authKeyCertificate = fields.certificate();
                }
                case "enc-key" -> {
                    fields.take();
                    if (in.text("kind").equals(NTOR)) {
                        parts.encryptionKey = Optional.of(in.base64(X25519.LEN, "encryption key"));
                    }
                }
                case "enc-key-cert" -> {
                    fields.take();
                    parts.encryptionKeyCertificate = fields.certificate();
                }
                default -> {} // of a later version, or the keys of an earlier one
            }
        }
        fields.require("introduction-point", "onion-key", "auth-key", "enc-key", "enc-key-cert");
        return parts;
    }

    private static ImmutableList<LinkSpecifier> linkSpecifiers(ItemReader in)
            throws DocumentException, WireFormatException {
        String base64 = in.text("link specifiers");
        in.expectNoMoreArgs();
        byte[] decoded;
        try {
            decoded = BaseEncoding.base64().decode(base64);
        } catch (IllegalArgumentException e) {
            throw in.fault("link specifiers are not base64");
        }
        WireReader reader = new WireReader(decoded);
        ImmutableList<LinkSpecifier> list = LinkSpecifier.decodeList(reader);
        reader.expectEnd("link specifiers");
        return list;
    }

    private Optional<IntroductionPoint> point(Parts parts) throws InvalidCertificateException {
        Ed25519Certificate auth = parts.authKeyCertificate;
        auth.verify(Ed25519CertType.DESCRIPTOR_SIGNING_V_INTRO_AUTH, signingKey, now);
        // The key in the other one isn't compared: services have not agreed on what it should be.
        parts.encryptionKeyCertificate.verify(Ed25519CertType.DESCRIPTOR_SIGNING_V_INTRO_ENCRYPTION, signingKey, now);
        boolean usable = auth.keyType().equals(CertifiedKeyType.ED25519)
                && Ed25519.isValidPublicKey(auth.certifiedKey())
                && parts.onionKey.filter(X25519::isUsable).isPresent()
                && parts.encryptionKey.filter(X25519::isUsable).isPresent();
        return usable
                ? Optional.of(new IntroductionPoint(
                        parts.linkSpecifiers, parts.onionKey.get(), auth.certifiedKey(), parts.encryptionKey.get()))
                : Optional.empty();
    }
}
