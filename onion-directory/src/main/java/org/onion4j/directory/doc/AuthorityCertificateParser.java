package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.RsaPublicKey;

/** Reads authority certificates; see {@link AuthorityCertificate#parseAll}. Used once, by one thread. */
final class AuthorityCertificateParser {
    /** Each costs two signatures to verify. */
    private static final int MAX_CERTIFICATES = 64;

    private static final String FIRST = "dir-key-certificate-version";
    private static final byte[] FIRST_LINE = (FIRST + " ").getBytes(StandardCharsets.US_ASCII);
    private static final String LAST = "dir-key-certification";
    private static final String RSA_PUBLIC_KEY = "RSA PUBLIC KEY";
    private static final ImmutableSet<String> NEEDED = ImmutableSet.of(
            "fingerprint",
            "dir-identity-key",
            "dir-key-published",
            "dir-key-expires",
            "dir-signing-key",
            "dir-key-crosscert");

    private final byte[] text;
    private final ItemReader in;

    AuthorityCertificateParser(byte[] text) {
        this.text = text;
        this.in = new ItemReader(text, 0, text.length);
    }

    ImmutableList<AuthorityCertificate> parseAll() throws DocumentException {
        checkLength(text);
        ImmutableList.Builder<AuthorityCertificate> all = ImmutableList.builder();
        for (int count = 0; in.next(); count++) {
            if (count == MAX_CERTIFICATES) {
                throw in.fault("too many certificates");
            }
            all.add(new One().parse());
        }
        return all.build();
    }

    /** See {@link AuthorityCertificate#parseGood}. Each certificate begins with a line that no other item contains. */
    static AuthorityCertificate.Collection parseGood(byte[] text) throws DocumentException {
        checkLength(text);
        ImmutableList.Builder<AuthorityCertificate> good = ImmutableList.builder();
        int faulty = 0;
        int from = 0;
        for (int count = 0; from < text.length; count++) {
            if (count == MAX_CERTIFICATES) {
                faulty++;
                break;
            }
            int to = nextCertificate(text, from + 1);
            try {
                good.addAll(new AuthorityCertificateParser(Arrays.copyOfRange(text, from, to)).parseAll());
            } catch (DocumentException e) {
                faulty++;
            }
            from = to;
        }
        return new AuthorityCertificate.Collection(good.build(), faulty);
    }

    /** Where the next line is that begins a certificate, from there on; else the end. */
    private static int nextCertificate(byte[] text, int from) {
        for (int at = from; at < text.length; at++) {
            if (text[at - 1] == '\n' && startsWith(text, at, FIRST_LINE)) {
                return at;
            }
        }
        return text.length;
    }

    private static boolean startsWith(byte[] text, int at, byte[] what) {
        if (text.length - at < what.length) {
            return false;
        }
        for (int i = 0; i < what.length; i++) {
            if (text[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }

    private static void checkLength(byte[] text) throws DocumentException {
        if (text.length > AuthorityCertificate.MAX_TOTAL_LEN) {
            throw new DocumentException("certificates of " + text.length + " bytes");
        }
    }

    /** The certificate that begins in the current line. */
    private final class One {
        private final Set<String> seen = new HashSet<>();
        private RsaIdentity fingerprint;
        private RsaPublicKey identityKey;
        private RsaPublicKey signingKey;
        private Instant published;
        private Instant expires;
        private Bytes crosscert;

        AuthorityCertificate parse() throws DocumentException {
            int from = in.itemAt();
            if (!in.keyword().equals(FIRST) || !in.text("version").equals("3")) {
                throw in.fault("no certificate of version 3");
            }
            in.expectNoObject();
            while (step()) {
                item(in.keyword());
            }
            in.expectNoMoreArgs();
            MessageDigest digest = Digests.newSha1();
            digest.update(text, from, in.nextAt() - from);
            Bytes certification = in.object("SIGNATURE");
            checkKeys(Bytes.copyOf(digest.digest()), certification);
            if (in.nextAt() - from > AuthorityCertificate.MAX_LEN) {
                throw in.fault("certificate too long");
            }
            return new AuthorityCertificate(
                    fingerprint,
                    signingKey,
                    signingKey.identity().value(),
                    published,
                    expires,
                    Bytes.copyOf(text, from, in.nextAt() - from));
        }

        /** Steps to the next line; whether it is another one than the last of the certificate. */
        private boolean step() throws DocumentException {
            if (!in.next()) {
                throw in.fault("certificate without end");
            }
            return !in.keyword().equals(LAST);
        }

        private void item(String keyword) throws DocumentException {
            switch (keyword) {
                case FIRST -> throw in.fault(FIRST + " a second time");
                case "fingerprint" -> {
                    once(keyword);
                    in.expectNoObject();
                    fingerprint = in.hexIdentity(keyword);
                }
                case "dir-identity-key" -> {
                    once(keyword);
                    identityKey = key();
                }
                case "dir-key-published" -> {
                    once(keyword);
                    in.expectNoObject();
                    published = in.time(keyword);
                }
                case "dir-key-expires" -> {
                    once(keyword);
                    in.expectNoObject();
                    expires = in.time(keyword);
                }
                case "dir-signing-key" -> {
                    once(keyword);
                    signingKey = key();
                }
                case "dir-key-crosscert" -> {
                    once(keyword);
                    in.expectNoMoreArgs();
                    crosscert = in.object(in.objectLabel().equals("ID SIGNATURE") ? "ID SIGNATURE" : "SIGNATURE");
                }
                case "dir-address" -> {
                    once(keyword);
                    in.expectNoObject();
                }
                default -> {
                    // one of the future
                }
            }
        }

        private void once(String keyword) throws DocumentException {
            if (!seen.add(keyword)) {
                throw in.fault(keyword + " a second time");
            }
        }

        private RsaPublicKey key() throws DocumentException {
            in.expectNoMoreArgs();
            Bytes der = in.object(RSA_PUBLIC_KEY);
            try {
                return RsaPublicKey.decode(der);
            } catch (WireFormatException e) {
                throw in.fault(e.getMessage());
            }
        }

        private void checkKeys(Bytes digest, Bytes certification) throws DocumentException {
            for (String keyword : NEEDED) {
                if (!seen.contains(keyword)) {
                    throw in.fault(keyword + " missing in certificate above");
                }
            }
            if (!identityKey.identity().equals(fingerprint)) {
                throw in.fault("fingerprint is not that of the identity key");
            }
            if (!identityKey.verifyDigest(digest, certification)) {
                throw in.fault("certification has a wrong signature");
            }
            if (!signingKey.verifyDigest(fingerprint.value(), crosscert)) {
                throw in.fault("dir-key-crosscert has a wrong signature");
            }
        }
    }
}
