package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.directory.doc.ConsensusDiff;

/** Diffs that we make, applied by the client's own code. */
class ConsensusDiffMakerPropertyTest {
    @Property(tries = 500)
    void make_anyTwoTexts_leadsFromOneToTheOther(@ForAll("texts") String base, @ForAll("texts") String target)
            throws Exception {
        check(base, target);
    }

    @Property(tries = 300)
    void make_signedTexts_leavesTheSignaturesOfTheBaseOut(
            @ForAll("texts") String base,
            @ForAll("texts") String target,
            @ForAll("texts") String baseSignatures,
            @ForAll("texts") String targetSignatures)
            throws Exception {
        String signature = "directory-signature a b\n";
        check(base + signature + baseSignatures, target + signature + targetSignatures);
        Bytes diff = ConsensusDiffMaker.make(bytes(base + signature + baseSignatures), bytes(target + signature))
                .orElseThrow();
        byte[] result = ConsensusDiff.apply(
                bytes(base + signature + "other signatures\n").toArray(), diff.toArray());
        assertThat(Bytes.copyOf(result)).isEqualTo(bytes(target + signature));
    }

    @Test
    void make_recordedTexts_leadsToTheRecordedResult() throws Exception {
        for (Vectors.Vector vector : Vectors.of("consensus-diff")) {
            if (!vector.get("result").isJsonNull() && !vector.text("base").isEmpty()) {
                check(vector.text("base"), vector.text("result"));
            }
        }
    }

    @Test
    void make_nextConsensus_isSmallerThanIt() throws Exception {
        TestDirectory network = new TestDirectory(3);
        Instant now = TestDirectory.NOW;
        Bytes first = network.authorities
                .turnOver(now)
                .orElseThrow()
                .microdescConsensus()
                .text();
        Bytes second = network.authorities
                .turnOver(network.authorities.nextTurn(now))
                .orElseThrow()
                .microdescConsensus()
                .text();
        Bytes diff = ConsensusDiffMaker.make(first, second).orElseThrow();
        assertThat(diff.size()).isLessThan(second.size() / 2);
        assertThat(Bytes.copyOf(ConsensusDiff.apply(first.toArray(), diff.toArray())))
                .isEqualTo(second);
    }

    @Test
    void make_fullStopAlone_givesNone() {
        assertThat(ConsensusDiffMaker.make(bytes("a\n"), bytes("a\n.\n"))).isEmpty();
        assertThat(ConsensusDiffMaker.make(bytes("a\n"), bytes("a"))).isEmpty();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "c", "r x", "", "..", "s Exit")
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map((List<String> lines) -> lines.stream().map(l -> l + "\n").collect(Collectors.joining()));
    }

    private static void check(String base, String target) throws Exception {
        Bytes diff = ConsensusDiffMaker.make(bytes(base), bytes(target)).orElseThrow();
        byte[] result = ConsensusDiff.apply(bytes(base).toArray(), diff.toArray());
        assertThat(new String(result, StandardCharsets.ISO_8859_1)).isEqualTo(target);
    }

    private static Bytes bytes(String text) {
        return Bytes.copyOf(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
