package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * An authority's certificate: its identity key says which signing key it uses for consensuses. One that was read has
 * good signatures of both keys; whether the identity is that of an authority is for the reader to ask. Spec: dir-spec,
 * "Creating key certificates".
 *
 * @param identity SHA-1 of the v3 identity key
 * @param signingKey the key that signs consensuses
 * @param signingKeyDigest SHA-1 of the signing key, 20 bytes
 * @param published when it was made
 * @param expires when it ends
 * @param text the document as it was read
 */
public record AuthorityCertificate(
        RsaIdentity identity,
        RsaPublicKey signingKey,
        Bytes signingKeyDigest,
        Instant published,
        Instant expires,
        Bytes text) {

    /** The longest text in bytes of one certificate. */
    public static final int MAX_LEN = 128 * 1024;

    /** The longest text in bytes that is read as a collection of certificates. */
    public static final int MAX_TOTAL_LEN = 1 << 20;

    /** How far in the future a certificate may have been made, for clocks that differ. */
    static final Duration PUBLISHED_TOLERANCE = Duration.ofDays(1);

    /**
     * Reads certificates that stand one behind another, none to many.
     *
     * @param text the whole of it; not kept and not changed
     * @throws DocumentException if any of them is faulty, a signature in one is wrong, or something else is among them
     */
    public static ImmutableList<AuthorityCertificate> parseAll(byte[] text) throws DocumentException {
        return new AuthorityCertificateParser(text).parseAll();
    }

    /**
     * Certificates that came together, of which some may be no good.
     *
     * @param good those that are, in their order
     * @param faulty how many are not
     */
    public record Collection(ImmutableList<AuthorityCertificate> good, int faulty) {}

    /**
     * Reads certificates that stand one behind another, none to many, and passes over those that are faulty.
     *
     * @param text the whole of it; not kept and not changed
     * @throws DocumentException if it is too long
     */
    public static Collection parseGood(byte[] text) throws DocumentException {
        return AuthorityCertificateParser.parseGood(text);
    }

    /** Whether it counts at a moment: not expired, and not made in a future that clocks can't explain. */
    public boolean validAt(Instant now) {
        return !now.isAfter(expires) && !published.isAfter(now.plus(PUBLISHED_TOLERANCE));
    }
}
