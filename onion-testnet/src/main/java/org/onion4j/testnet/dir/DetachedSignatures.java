package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * Signatures of the consensuses of one interval, in all flavours, without the consensuses: what authorities send each
 * other once they have computed them. Immutable: any thread. Spec: dir-spec, "Exchanging detached signatures".
 *
 * @param digest SHA-1 of the signed part of the consensus without a flavour, 20 bytes
 * @param additionalDigests those of other flavours, none twice
 * @param signatures at most {@link #MAX_SIGNATURES}; those of other flavours come first
 */
record DetachedSignatures(
        Bytes digest,
        Instant validAfter,
        Instant freshUntil,
        Instant validUntil,
        ImmutableList<FlavourDigest> additionalDigests,
        ImmutableList<Signature> signatures) {
    /** The longest text in bytes. */
    static final int MAX_LEN = 256 * 1024;

    /** The most signatures, and the most additional digests, in one document. */
    static final int MAX_SIGNATURES = 128;

    /** What the consensus without a flavour is called. */
    static final String NS = "ns";

    /** The fewest and the most bytes of a signature, as with C tor. */
    static final int MIN_SIGNATURE_LEN = 128;

    static final int MAX_SIGNATURE_LEN = 512;

    private static final String SHA1 = "sha1";
    private static final ImmutableMap<String, Integer> DIGEST_LENS =
            ImmutableMap.of(SHA1, Digests.SHA1_LEN, "sha256", Digests.SHA256_LEN);

    /**
     * The digest of the signed part of one flavour's consensus.
     *
     * @param algorithm {@code sha1} or {@code sha256}
     */
    record FlavourDigest(String flavour, String algorithm, Bytes digest) {
        FlavourDigest {
            checkArgument(digest.size() == DIGEST_LENS.getOrDefault(algorithm, -1), "digest of %s", algorithm);
        }
    }

    /**
     * One signature.
     *
     * @param flavour of the consensus; {@link #NS} for the one without
     * @param algorithm {@code sha1} or {@code sha256}: always {@code sha1} without a flavour
     * @param identity the signer's v3 identity
     * @param signingKeyDigest SHA-1 of the signer's signing key, 20 bytes
     */
    record Signature(String flavour, String algorithm, RsaIdentity identity, Bytes signingKeyDigest, Bytes signature) {
        Signature {
            checkArgument(!flavour.equals(NS) || algorithm.equals(SHA1), "%s of %s", algorithm, flavour);
            checkArgument(DIGEST_LENS.containsKey(algorithm), "algorithm %s", algorithm);
            checkArgument(signingKeyDigest.size() == Digests.SHA1_LEN, "digest of %s", signingKeyDigest.size());
            checkArgument(
                    signature.size() >= MIN_SIGNATURE_LEN && signature.size() <= MAX_SIGNATURE_LEN,
                    "signature of %s bytes",
                    signature.size());
        }

        private boolean isOfSameKey(Signature other) {
            return flavour.equals(other.flavour)
                    && algorithm.equals(other.algorithm)
                    && identity.equals(other.identity)
                    && signingKeyDigest.equals(other.signingKeyDigest);
        }
    }

    DetachedSignatures {
        checkArgument(digest.size() == Digests.SHA1_LEN, "digest of %s bytes", digest.size());
        checkArgument(signatures.size() <= MAX_SIGNATURES, "%s signatures", signatures.size());
        List<Signature> ordered = new ArrayList<>(signatures);
        ordered.sort((a, b) -> Boolean.compare(a.flavour.equals(NS), b.flavour.equals(NS)));
        signatures = ImmutableList.copyOf(ordered);
    }

    /** The document. */
    Bytes text() {
        DocumentText text = new DocumentText()
                .line("consensus-digest", DocumentText.upperHex(digest))
                .line("valid-after", DocumentText.time(validAfter))
                .line("fresh-until", DocumentText.time(freshUntil))
                .line("valid-until", DocumentText.time(validUntil));
        for (FlavourDigest one : additionalDigests) {
            text.line("additional-digest", one.flavour, one.algorithm, DocumentText.upperHex(one.digest));
        }
        for (Signature one : signatures) {
            String identity = DocumentText.upperHex(one.identity.value());
            String key = DocumentText.upperHex(one.signingKeyDigest);
            if (one.flavour.equals(NS)) {
                text.line("directory-signature", identity, key);
            } else {
                text.line("additional-signature", one.flavour, one.algorithm, identity, key);
            }
            text.object("SIGNATURE", one.signature);
        }
        return Bytes.copyOf(text.bytes());
    }

    /**
     * Reads a document; verifies no signature. Items of other kinds and algorithms that nobody knows are passed over, and
     * so is what stands there a second time.
     *
     * @throws DocumentException if it is faulty
     */
    static DetachedSignatures parse(Bytes text) throws DocumentException {
        if (text.size() > MAX_LEN) {
            throw new DocumentException("detached signatures of " + text.size() + " bytes");
        }
        return new Parser(text.toArray()).parse();
    }

    /** Used once, by one thread. */
    private static final class Parser {
        private final ItemReader in;
        private final Map<String, Instant> times = new HashMap<>();
        private final List<FlavourDigest> digests = new ArrayList<>();
        private final List<Signature> signatures = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        private Bytes digest;

        Parser(byte[] text) {
            this.in = new ItemReader(text, 0, text.length);
        }

        DetachedSignatures parse() throws DocumentException {
            while (in.next()) {
                item(in.keyword());
            }
            for (String needed : new String[] {"consensus-digest", "valid-after", "fresh-until", "valid-until"}) {
                if (!seen.contains(needed)) {
                    throw new DocumentException(needed + " missing in detached signatures");
                }
            }
            return new DetachedSignatures(
                    digest,
                    times.get("valid-after"),
                    times.get("fresh-until"),
                    times.get("valid-until"),
                    ImmutableList.copyOf(digests),
                    ImmutableList.copyOf(signatures));
        }

        private void item(String keyword) throws DocumentException {
            switch (keyword) {
                case "consensus-digest" -> {
                    if (!seen.isEmpty()) {
                        throw in.fault("consensus-digest not at the start");
                    }
                    seen.add(keyword);
                    in.expectNoObject();
                    in.arg("digest");
                    digest = in.hexArg(Digests.SHA1_LEN, "digest");
                }
                case "valid-after", "fresh-until", "valid-until" -> {
                    if (!seen.add(keyword)) {
                        throw in.fault(keyword + " a second time");
                    }
                    in.expectNoObject();
                    times.put(keyword, in.time(keyword));
                }
                case "additional-digest" -> digest();
                case "additional-signature" -> {
                    String flavour = in.text("flavour");
                    signature(flavour, in.text("algorithm"));
                }
                case "directory-signature" -> signature(NS, SHA1);
                default -> {
                    // one of the future
                }
            }
        }

        private void digest() throws DocumentException {
            in.expectNoObject();
            String flavour = in.text("flavour");
            String algorithm = in.text("algorithm");
            in.arg("digest");
            Integer length = DIGEST_LENS.get(algorithm);
            if (length == null) {
                return;
            }
            FlavourDigest one = new FlavourDigest(flavour, algorithm, in.hexArg(length, "digest"));
            boolean known = digests.stream().anyMatch(d -> d.flavour.equals(flavour) && d.algorithm.equals(algorithm));
            if (!known) {
                if (digests.size() == MAX_SIGNATURES) {
                    throw in.fault("too many digests");
                }
                digests.add(one);
            }
        }

        private void signature(String flavour, String algorithm) throws DocumentException {
            RsaIdentity identity = in.hexIdentity("identity");
            in.arg("signing key digest");
            Bytes key = in.hexArg(Digests.SHA1_LEN, "signing key digest");
            Bytes signature = in.object("SIGNATURE");
            if (signature.size() < MIN_SIGNATURE_LEN || signature.size() > MAX_SIGNATURE_LEN) {
                throw in.fault("signature of " + signature.size() + " bytes");
            }
            if (!DIGEST_LENS.containsKey(algorithm) || (flavour.equals(NS) && !algorithm.equals(SHA1))) {
                return;
            }
            Signature one = new Signature(flavour, algorithm, identity, key, signature);
            if (signatures.stream().noneMatch(one::isOfSameKey)) {
                if (signatures.size() == MAX_SIGNATURES) {
                    throw in.fault("too many signatures");
                }
                signatures.add(one);
            }
        }
    }
}
