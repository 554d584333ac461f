package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Collection;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.ConsensusDiff;
import org.onion4j.directory.doc.DigestAlgorithm;

/**
 * A consensus that an authority has computed and that waits for signatures. Immutable: any thread. Spec: dir-spec,
 * "Exchanging detached signatures".
 *
 * @param digest of the part that is signed, by the flavour's algorithm
 * @param text all before the first {@code directory-signature}
 */
record UnsignedConsensus(Flavour flavour, Vote.Times times, Bytes digest, String text) {
    private static final String SIGNATURE = "directory-signature";

    static UnsignedConsensus of(Flavour flavour, Vote.Times times, String text) {
        byte[] signedPart = DocumentText.bytes(text + SIGNATURE + " ");
        return new UnsignedConsensus(
                flavour, times, isSha1(flavour) ? Digests.sha1(signedPart) : Digests.sha256(signedPart), text);
    }

    private static boolean isSha1(Flavour flavour) {
        return flavour.digestAlgorithm() == DigestAlgorithm.SHA1;
    }

    /** The name of a flavour in detached signatures. */
    static String name(Flavour flavour) {
        return flavour == Flavour.NS ? DetachedSignatures.NS : flavour.keyword();
    }

    /** The name of its digest there. */
    static String algorithm(Flavour flavour) {
        return isSha1(flavour) ? "sha1" : "sha256";
    }

    /** This signer's signature. */
    DetachedSignatures.Signature sign(AuthorityKeys keys) {
        return new DetachedSignatures.Signature(
                name(flavour), algorithm(flavour), keys.identity(), keys.signingKeyDigest(), keys.sign(digest));
    }

    /** The consensus with these signatures, which are of its flavour. */
    SignedConsensus with(Collection<DetachedSignatures.Signature> signatures) {
        DocumentText whole = new DocumentText().raw(text);
        ImmutableSet.Builder<RsaIdentity> signers = ImmutableSet.builder();
        for (DetachedSignatures.Signature one : ImmutableList.copyOf(signatures)) {
            whole.line(
                            SIGNATURE,
                            isSha1(flavour) ? "" : algorithm(flavour),
                            DocumentText.upperHex(one.identity().value()),
                            DocumentText.upperHex(one.signingKeyDigest()))
                    .object("SIGNATURE", one.signature());
            signers.add(one.identity());
        }
        byte[] bytes = whole.bytes();
        return new SignedConsensus(
                flavour,
                times.validAfter(),
                times.freshUntil(),
                times.validUntil(),
                signers.build(),
                ConsensusDiff.baseDigest(bytes),
                Bytes.copyOf(bytes));
    }
}
