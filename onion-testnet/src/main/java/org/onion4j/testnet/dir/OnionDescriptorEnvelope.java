package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * The outermost layer of an onion service's descriptor: all that a directory can read of it. One that was read has good
 * signatures. Immutable. Spec: rend-spec-v3, "Hidden service descriptors: outer wrapper".
 *
 * @param blindedKey the key that clients ask for, 32 bytes
 * @param lifetime for how long it is to be kept
 * @param revision each descriptor of a service has a higher one than the last
 * @param text the document as it was read
 */
record OnionDescriptorEnvelope(Bytes blindedKey, Duration lifetime, UnsignedLong revision, Bytes text) {
    /** The longest text in bytes. */
    static final int MAX_LEN = 50_000;

    private static final ImmutableList<String> KEYWORDS = ImmutableList.of(
            "hs-descriptor",
            "descriptor-lifetime",
            "descriptor-signing-key-cert",
            "revision-counter",
            "superencrypted",
            "signature");
    private static final byte[] PREFIX = ItemReader.ascii("Tor onion service descriptor sig v3");
    private static final int MIN_LIFETIME_MINUTES = 30;
    private static final int MAX_LIFETIME_MINUTES = 720;
    private static final int MAX_COUNTER_DIGITS = 20;

    /**
     * Reads a descriptor.
     *
     * @param now when its certificate must be in date
     * @throws DocumentException if it is faulty in any way
     */
    static OnionDescriptorEnvelope parse(byte[] text, Instant now) throws DocumentException {
        if (text.length > MAX_LEN) {
            throw new DocumentException("onion service descriptor of " + text.length + " bytes");
        }
        ItemReader in = new ItemReader(text, 0, text.length);
        expect(in, 0);
        if (!in.text("version").equals("3")) {
            throw in.fault("no onion service descriptor of version 3");
        }
        in.expectNoObject();
        expect(in, 1);
        in.expectNoObject();
        int minutes = (int) in.number("lifetime", MIN_LIFETIME_MINUTES, MAX_LIFETIME_MINUTES);
        expect(in, 2);
        Ed25519Certificate certificate = certificate(in);
        expect(in, 3);
        in.expectNoObject();
        UnsignedLong revision = counter(in);
        expect(in, 4);
        in.object("MESSAGE");
        expect(in, 5);
        in.expectNoObject();
        int signedEnd = in.itemAt();
        Bytes signature = in.base64(Ed25519.SIGNATURE_LEN, "signature");
        if (in.next()) {
            throw in.fault("something behind the signature");
        }
        try {
            Bytes blinded = certificate.verifySelfNamed(Ed25519CertType.BLINDED_V_DESCRIPTOR_SIGNING, now);
            Bytes message = Bytes.concat(Bytes.copyOf(PREFIX), Bytes.copyOf(text, 0, signedEnd));
            if (!Ed25519.verify(certificate.certifiedKey(), message, signature)) {
                throw in.fault("signature is wrong");
            }
            return new OnionDescriptorEnvelope(
                    blinded, Duration.ofMinutes(minutes), revision, Bytes.copyOf(Arrays.copyOf(text, text.length)));
        } catch (InvalidCertificateException e) {
            throw in.fault(e.getMessage());
        }
    }

    private static void expect(ItemReader in, int place) throws DocumentException {
        if (!in.next() || !in.keyword().equals(KEYWORDS.get(place))) {
            throw in.fault(KEYWORDS.get(place) + " missing");
        }
    }

    private static Ed25519Certificate certificate(ItemReader in) throws DocumentException {
        try {
            return Ed25519Certificate.decode(in.object("ED25519 CERT"));
        } catch (WireFormatException e) {
            throw in.fault(e.getMessage());
        }
    }

    private static UnsignedLong counter(ItemReader in) throws DocumentException {
        String digits = in.text("revision counter");
        boolean number = digits.length() <= MAX_COUNTER_DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        try {
            if (number) {
                return UnsignedLong.valueOf(digits);
            }
        } catch (NumberFormatException e) {
            // too large: as below
        }
        throw in.fault("revision counter is no number of 64 bits");
    }
}
