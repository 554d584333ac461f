package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.onion4j.crypto.testing.Vectors;

/** T34: whatever the bytes, each parser gives a document or a {@link DocumentException}, and nothing else. */
class DocumentPropertyTest {
    private static final List<TestAuthority> VOTERS = TestAuthority.some(2);
    private static final byte[] CONSENSUS = new TestConsensus()
            .params("a=1 b=-2")
            .relay("alpha", "Exit Fast Guard", 1, TestConsensus.microdescriptor("alpha", ""))
            .relay("beta", "Fast", 20, TestConsensus.microdescriptor("beta", ""))
            .extra("shared-rand-current-value 8 QoWj/ZhznU64nw8MMzXyEsqfQIgiWeA6eHAu7fLcCwA=\n")
            .signed(VOTERS);
    private static final byte[] CERTIFICATES = (VOTERS.get(0).certificate(Instant.EPOCH, Instant.EPOCH)
                    + VOTERS.get(1).certificate(Instant.EPOCH, Instant.EPOCH))
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MICRODESCRIPTORS = (TestConsensus.microdescriptor(
                            "alpha", "a [::1]:80\nfamily $AAAA b\nfamily-ids x\np accept 1-2,5\np6 reject 3\n")
                    + TestConsensus.microdescriptor("beta", ""))
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DIFF =
            Vectors.of("consensus-diff").get(0).text("diff").getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] DIFF_BASE =
            Vectors.of("consensus-diff").get(0).text("base").getBytes(StandardCharsets.ISO_8859_1);

    private interface Parse {
        void run() throws DocumentException;
    }

    /** Whether it was read; any other exception fails the test. */
    private static boolean read(Parse parse) {
        try {
            parse.run();
            return true;
        } catch (DocumentException e) {
            assertThat(e).hasMessageNotContaining("null");
            return false;
        }
    }

    @Provide
    Arbitrary<byte[]> consensuses() {
        return Mutations.of(CONSENSUS);
    }

    @Provide
    Arbitrary<byte[]> certificates() {
        return Mutations.of(CERTIFICATES);
    }

    @Provide
    Arbitrary<byte[]> microdescriptors() {
        return Mutations.of(MICRODESCRIPTORS);
    }

    @Provide
    Arbitrary<byte[]> diffs() {
        return Mutations.of(DIFF);
    }

    @Provide
    Arbitrary<byte[]> anyBytes() {
        return Mutations.anyBytes();
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings()
                .withChars("0123456789,-= acptrejLink\0é")
                .ofMaxLength(30)
                .map(s -> s.startsWith("a") ? "accept " + s : s);
    }

    @Property(tries = 1500)
    void t34_consensus(@ForAll("consensuses") byte[] text) {
        if (read(() -> Consensus.parse(text))) {
            assertThat(text).startsWith("network-status-version".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Property(tries = 600)
    void t34_certificates(@ForAll("certificates") byte[] text) {
        read(() -> AuthorityCertificate.parseAll(text));
    }

    @Property(tries = 1500)
    void t34_microdescriptors(@ForAll("microdescriptors") byte[] text) {
        MicrodescriptorParser parser = new MicrodescriptorParser();
        MicrodescriptorParser.Result result = parser.parseAll(text);
        for (MicrodescriptorParser.Found found : result.good()) {
            assertThat(read(() -> assertThat(
                                    parser.parse(text, found.from(), found.to()).microdescriptor())
                            .isEqualTo(found.microdescriptor())))
                    .isTrue();
        }
        assertThat(result.good().size() + result.faulty()).isGreaterThanOrEqualTo(text.length == 0 ? 0 : 1);
    }

    @Property(tries = 800)
    void t34_diffs(@ForAll("diffs") byte[] diff) {
        read(() -> ConsensusDiff.apply(DIFF_BASE, diff));
        read(() -> EdScript.apply(DIFF_BASE, diff, 0, 1));
    }

    @Property(tries = 500)
    void t34_anyBytes(@ForAll("anyBytes") byte[] text) {
        assertThat(read(() -> Consensus.parse(text))).isFalse();
        read(() -> AuthorityCertificate.parseAll(text));
        new MicrodescriptorParser().parseAll(text);
        assertThat(read(() -> ConsensusDiff.apply(text, text))).isFalse();
        read(() -> EdScript.apply(text, text, 0, 1));
    }

    @Property(tries = 1000)
    void t34_policiesAndProtocols(@ForAll("words") String text) throws DocumentException {
        if (read(() -> PortPolicy.parse(text))) {
            PortPolicy policy = PortPolicy.parse(text);
            assertThat(PortPolicy.parse(policy.toString())).isEqualTo(policy);
        }
        if (read(() -> ProtocolVersions.parse(text))) {
            ProtocolVersions list = ProtocolVersions.parse(text);
            assertThat(ProtocolVersions.parse(list.toString()).minus(list).isEmpty())
                    .isTrue();
            assertThat(list.minus(ProtocolVersions.parse(list.toString())).isEmpty())
                    .isTrue();
        }
    }
}
