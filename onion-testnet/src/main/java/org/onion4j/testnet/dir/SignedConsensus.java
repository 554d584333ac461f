package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.ConsensusDiff;
import org.onion4j.directory.doc.DigestAlgorithm;

/**
 * A consensus with signatures. Immutable: any thread.
 *
 * @param signers the v3 identities of the authorities that signed it
 * @param diffBase the digest that names it as the base of diffs, 32 bytes
 * @param text the whole document
 */
public record SignedConsensus(
        Flavour flavour,
        Instant validAfter,
        Instant freshUntil,
        Instant validUntil,
        ImmutableSet<RsaIdentity> signers,
        Bytes diffBase,
        Bytes text) {

    private static final String SIGNATURE = "directory-signature ";

    /** Puts the signatures of these authorities under a text, which must have none yet. */
    static SignedConsensus sign(Flavour flavour, String unsigned, Vote.Times times, Collection<AuthorityKeys> keys) {
        checkArgument(!keys.isEmpty(), "nobody signs");
        byte[] signedPart = DocumentText.bytes(unsigned + SIGNATURE);
        boolean sha1 = flavour.digestAlgorithm() == DigestAlgorithm.SHA1;
        Bytes digest = sha1 ? Digests.sha1(signedPart) : Digests.sha256(signedPart);
        DocumentText text = new DocumentText().raw(unsigned);
        ImmutableSet.Builder<RsaIdentity> signers = ImmutableSet.builder();
        for (AuthorityKeys one : keys) {
            text.line(
                            "directory-signature",
                            sha1 ? "" : "sha256",
                            DocumentText.upperHex(one.identity().value()),
                            DocumentText.upperHex(one.signingKeyDigest()))
                    .object("SIGNATURE", one.sign(digest));
            signers.add(one.identity());
        }
        byte[] whole = text.bytes();
        return new SignedConsensus(
                flavour,
                times.validAfter(),
                times.freshUntil(),
                times.validUntil(),
                signers.build(),
                ConsensusDiff.baseDigest(whole),
                Bytes.copyOf(whole));
    }

    /** The whole document. */
    public String asText() {
        return new String(text.toArray(), StandardCharsets.ISO_8859_1);
    }

    /** Whether more than half of these authorities signed it. */
    boolean isSignedByMostOf(Collection<Bytes> identityPrefixes) {
        int good = 0;
        ImmutableList<Bytes> all = ImmutableList.copyOf(identityPrefixes);
        for (Bytes prefix : all) {
            boolean signed = signers.stream().anyMatch(s -> startsWith(s.value(), prefix));
            good += signed ? 1 : 0;
        }
        return 2 * good > all.size();
    }

    private static boolean startsWith(Bytes value, Bytes prefix) {
        return value.size() >= prefix.size() && value.slice(0, prefix.size()).equals(prefix);
    }
}
