package org.onion4j.testnet.keys;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.onion4j.crypto.bytes.Bytes;

/**
 * X.509 certificates as relays make them: a name, a period, a key, and a signature with SHA-256 by an RSA key. No
 * extensions. Static methods: any thread. Spec: RFC 5280, "Basic Certificate Fields".
 */
final class X509Maker {
    private static final byte[] SHA256_WITH_RSA =
            Bytes.fromHex("300d06092a864886f70d01010b0500").toArray();
    private static final byte[] COMMON_NAME_OID = Bytes.fromHex("0603550403").toArray();
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int VERSION_TAG = 0xa0;
    private static final int FIRST_GENERALIZED_YEAR = 2050;

    private X509Maker() {}

    /** A certificate of {@code subjectKey}, signed with the RSA key of the issuer. */
    static X509Certificate sign(
            String subject,
            PublicKey subjectKey,
            String issuer,
            PrivateKey issuerKey,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {
        byte[] toBeSigned = der(
                SEQUENCE,
                der(VERSION_TAG, der(INTEGER, new byte[] {2})),
                der(INTEGER, serial.toByteArray()),
                SHA256_WITH_RSA,
                name(issuer),
                der(SEQUENCE, time(notBefore), time(notAfter)),
                name(subject),
                subjectKey.getEncoded());
        try {
            Signature signer = Signature.getInstance("SHA256withRSA");
            signer.initSign(issuerKey);
            signer.update(toBeSigned);
            byte[] whole = der(SEQUENCE, toBeSigned, SHA256_WITH_RSA, der(BIT_STRING, new byte[] {0}, signer.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform can't sign with RSA", e);
        }
    }

    private static byte[] name(String commonName) {
        byte[] text = der(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8));
        return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME_OID, text)));
    }

    private static byte[] time(Instant instant) {
        boolean late = instant.atOffset(ZoneOffset.UTC).getYear() >= FIRST_GENERALIZED_YEAR;
        String pattern = late ? "yyyyMMddHHmmss'Z'" : "yyMMddHHmmss'Z'";
        String text = DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(instant.atOffset(ZoneOffset.UTC));
        return der(late ? GENERALIZED_TIME : UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >>> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] part : parts) {
            out.write(part, 0, part.length);
        }
        return out.toByteArray();
    }
}
