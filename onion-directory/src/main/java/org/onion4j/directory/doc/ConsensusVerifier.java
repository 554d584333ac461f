package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * Judges the signatures under a consensus. One signature of each authority counts, made with a signing key that a
 * certificate in date gives to it. Immutable: any thread. Spec: dir-spec, "directory-signature" and "Downloading
 * network-status documents".
 */
public final class ConsensusVerifier {
    private final ImmutableSet<RsaIdentity> authorities;

    /** A verifier that trusts the majority of these authorities, named by their v3 identities. */
    public ConsensusVerifier(Collection<RsaIdentity> authorities) {
        this.authorities = ImmutableSet.copyOf(authorities);
    }

    /**
     * Verifies the signatures.
     *
     * @param certificates the ones at hand, of whomever
     * @param now the time at which certificates must be in date
     */
    public SignatureVerdict verify(Consensus consensus, Collection<AuthorityCertificate> certificates, Instant now) {
        Map<SigningKey, AuthorityCertificate> byKey = new HashMap<>();
        for (AuthorityCertificate certificate : certificates) {
            if (certificate.validAt(now)) {
                byKey.put(new SigningKey(certificate.identity(), certificate.signingKeyDigest()), certificate);
            }
        }
        Map<RsaIdentity, Outcome> outcomes = new LinkedHashMap<>();
        Set<Attempt> attempts = new HashSet<>();
        ImmutableList.Builder<SigningKey> missing = ImmutableList.builder();
        for (ConsensusSignature signature : consensus.signatures()) {
            RsaIdentity signer = signature.identity();
            if (!attempts.add(new Attempt(signer, signature.algorithm()))) {
                continue; // only the first of each kind is looked at, so that copies cost no time
            }
            Outcome outcome = judge(consensus, signature, byKey);
            if (outcome == Outcome.NO_CERTIFICATE) {
                missing.add(new SigningKey(signer, signature.signingKeyDigest()));
            }
            outcomes.merge(signer, outcome, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        }
        return verdict(outcomes.values(), missing.build());
    }

    private record Attempt(RsaIdentity signer, DigestAlgorithm algorithm) {}

    /** Better ones first. */
    private enum Outcome {
        GOOD,
        NO_CERTIFICATE,
        BAD,
        STRANGER
    }

    private Outcome judge(
            Consensus consensus, ConsensusSignature signature, Map<SigningKey, AuthorityCertificate> byKey) {
        if (!authorities.contains(signature.identity())) {
            return Outcome.STRANGER;
        }
        AuthorityCertificate certificate =
                byKey.get(new SigningKey(signature.identity(), signature.signingKeyDigest()));
        if (certificate == null) {
            return Outcome.NO_CERTIFICATE;
        }
        Bytes digest = consensus.signedDigest(signature.algorithm()).orElse(Bytes.EMPTY);
        boolean good = !digest.isEmpty() && certificate.signingKey().verifyDigest(digest, signature.signature());
        return good ? Outcome.GOOD : Outcome.BAD;
    }

    private SignatureVerdict verdict(Collection<Outcome> outcomes, ImmutableList<SigningKey> missing) {
        int good = 0;
        int lacking = 0;
        int recognised = 0;
        for (Outcome outcome : outcomes) {
            good += outcome == Outcome.GOOD ? 1 : 0;
            lacking += outcome == Outcome.NO_CERTIFICATE ? 1 : 0;
            recognised += outcome == Outcome.STRANGER ? 0 : 1;
        }
        return new SignatureVerdict(good, recognised, outcomes.size(), lacking, authorities.size(), missing);
    }
}
