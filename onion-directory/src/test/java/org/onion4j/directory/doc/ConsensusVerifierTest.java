package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** T32: which signatures make a consensus trusted. */
class ConsensusVerifierTest {
    private static final Instant NOW = Instant.parse("2024-05-17T17:30:00Z");

    private final List<TestAuthority> five = TestAuthority.some(5);
    private final TestConsensus consensus =
            new TestConsensus().relay("alpha", "Fast", 1, TestConsensus.microdescriptor("alpha", ""));
    private final String signedPart = consensus.signedPart(five);

    private static List<RsaIdentity> identities(List<TestAuthority> authorities) {
        List<RsaIdentity> identities = new ArrayList<>();
        authorities.forEach(a -> identities.add(a.identity()));
        return identities;
    }

    private static ImmutableList<AuthorityCertificate> certificates(List<TestAuthority> authorities)
            throws DocumentException {
        StringBuilder text = new StringBuilder();
        authorities.forEach(
                a -> text.append(a.certificate(NOW.minus(Duration.ofDays(30)), NOW.plus(Duration.ofDays(30)))));
        return AuthorityCertificate.parseAll(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private SignatureVerdict verify(String signatures, Instant now) throws DocumentException {
        Consensus parsed = Consensus.parse(TestConsensus.withSignatures(signedPart, signatures));
        return new ConsensusVerifier(identities(five)).verify(parsed, certificates(five), now);
    }

    private String sign(String algorithm, int... signers) {
        StringBuilder out = new StringBuilder();
        for (int signer : signers) {
            out.append(five.get(signer).consensusSignature(signedPart, algorithm));
        }
        return out.toString();
    }

    @Test
    void verify_realConsensus_sixOfEight() throws Exception {
        Consensus parsed = Consensus.parse(RealConsensus.consensus());
        SignatureVerdict verdict = new ConsensusVerifier(RealConsensus.authorities())
                .verify(parsed, AuthorityCertificate.parseAll(RealConsensus.certificates()), RealConsensus.NOW);
        assertThat(verdict).hasToString("6/8/8");
        assertThat(verdict.trusted()).isTrue();
        assertThat(verdict.missingCertificates()).hasSize(2);
        assertThat(verdict.authorities()).isEqualTo(9);
    }

    @Test
    void verify_realConsensusOneByteChanged_isNotTrusted() throws Exception {
        byte[] text = RealConsensus.consensus();
        text[text.length / 2] ^= 1;
        SignatureVerdict verdict;
        try {
            verdict = new ConsensusVerifier(RealConsensus.authorities())
                    .verify(
                            Consensus.parse(text),
                            AuthorityCertificate.parseAll(RealConsensus.certificates()),
                            RealConsensus.NOW);
        } catch (DocumentException e) {
            return; // as good
        }
        assertThat(verdict.trusted()).isFalse();
        assertThat(verdict.good()).isZero();
    }

    @Test
    void verify_vector_allGood() throws Exception {
        Vector vector = Vectors.of("consensus-set").get(0);
        List<RsaIdentity> authorities = new ArrayList<>();
        vector.texts("authorities").forEach(a -> authorities.add(RsaIdentity.fromHex(a)));
        SignatureVerdict verdict = new ConsensusVerifier(authorities)
                .verify(
                        Consensus.parse(vector.text("consensus_microdesc").getBytes(StandardCharsets.ISO_8859_1)),
                        AuthorityCertificate.parseAll(
                                vector.text("certificates").getBytes(StandardCharsets.ISO_8859_1)),
                        Instant.ofEpochSecond(vector.number("now")));
        assertThat(verdict.good()).isEqualTo(vector.integer("good_signatures"));
    }

    @Test
    void t32_threeOfFive_isTrusted() throws Exception {
        SignatureVerdict verdict = verify(sign("sha256", 0, 2, 4), NOW);
        assertThat(verdict).hasToString("3/3/3");
        assertThat(verdict.trusted()).isTrue();
    }

    @Test
    void t32_twoOfFive_isNot() throws Exception {
        SignatureVerdict verdict = verify(sign("sha256", 0, 2), NOW);
        assertThat(verdict.trusted()).isFalse();
        assertThat(verdict.mayBecomeTrusted()).isFalse();
    }

    @Test
    void t32_oneFiveTimes_countsOnce() throws Exception {
        SignatureVerdict verdict = verify(sign("sha256", 1, 1, 1, 1, 1) + sign("sha1", 1, 1), NOW);
        assertThat(verdict).hasToString("1/1/1");
        assertThat(verdict.trusted()).isFalse();
    }

    @Test
    void t32_sha1Signatures_countToo() throws Exception {
        assertThat(verify(sign("sha1", 0, 1) + sign("sha256", 2), NOW).trusted())
                .isTrue();
    }

    @Test
    void t32_threeGoodAndStrangers_isTrusted() throws Exception {
        StringBuilder junk = new StringBuilder();
        TestAuthority stranger = TestAuthority.some(6).get(5);
        for (int i = 0; i < 50; i++) {
            junk.append(stranger.consensusSignature(signedPart, "sha256"));
        }
        SignatureVerdict verdict = verify(junk + sign("sha256", 0, 1, 2), NOW);
        assertThat(verdict).hasToString("3/3/4");
        assertThat(verdict.trusted()).isTrue();
        assertThat(verify(junk + sign("sha256", 0, 1), NOW).trusted()).isFalse();
    }

    @Test
    void t32_unknownDigest_isPassedOver() throws Exception {
        String unknown = sign("sha256", 0, 1, 2).replace("directory-signature sha256", "directory-signature sha512");
        SignatureVerdict verdict = verify(unknown + sign("sha256", 3), NOW);
        assertThat(verdict).hasToString("1/1/1");
        SignatureVerdict enough = verify(unknown + sign("sha256", 2, 3, 4), NOW);
        assertThat(enough.trusted()).isTrue();
    }

    @Test
    void t32_expiredCertificates_doNotCount() throws Exception {
        SignatureVerdict late = verify(sign("sha256", 0, 1, 2, 3, 4), NOW.plus(Duration.ofDays(31)));
        assertThat(late).hasToString("0/5/5");
        assertThat(late.trusted()).isFalse();
        assertThat(late.mayBecomeTrusted()).isTrue();
        assertThat(late.missingCertificates()).hasSize(5);
        SignatureVerdict early = verify(sign("sha256", 0, 1, 2, 3, 4), NOW.minus(Duration.ofDays(32)));
        assertThat(early.good()).isZero();
        SignatureVerdict onTheDot = verify(sign("sha256", 0, 1, 2, 3, 4), NOW.plus(Duration.ofDays(30)));
        assertThat(onTheDot.good()).isEqualTo(5);
    }

    @Test
    void t32_signatureOfAnotherText_isBad() throws Exception {
        String other = consensus.params("x=1").signedPart(five);
        String wrong =
                five.get(0).consensusSignature(other, "sha256") + five.get(1).consensusSignature(other, "sha256");
        SignatureVerdict verdict = verify(wrong + sign("sha256", 2, 3), NOW);
        assertThat(verdict).hasToString("2/4/4");
        assertThat(verdict.trusted()).isFalse();
        assertThat(verdict.missingCertificates()).isEmpty();
    }

    @Test
    void t32_signingKeyOfAnother_isUncertified() throws Exception {
        String swapped =
                sign("sha256", 0).replace(five.get(0).identityHex(), five.get(1).identityHex());
        SignatureVerdict verdict = verify(swapped + sign("sha256", 2, 3), NOW);
        assertThat(verdict).hasToString("2/3/3");
        assertThat(verdict.trusted()).isFalse();
        assertThat(verdict.missingCertificates())
                .containsExactly(new SigningKey(
                        five.get(1).identity(),
                        org.onion4j.crypto.bytes.Bytes.fromHex(five.get(0).signingKeyHex())));
    }
}
