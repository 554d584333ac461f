package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class MicrodescriptorParserTest {
    private static final String KEY = "AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=";
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";

    private final MicrodescriptorParser parser = new MicrodescriptorParser();

    static Stream<Vector> microdescriptors() {
        return Vectors.stream("microdesc");
    }

    private Microdescriptor parse(String text) throws DocumentException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return parser.parse(bytes, 0, bytes.length).microdescriptor();
    }

    @ParameterizedTest
    @MethodSource("microdescriptors")
    void parse_vectors_matchVerdictAndFields(Vector vector) throws Exception {
        String text = vector.text("microdesc");
        if (!vector.flag("valid")) {
            assertThatThrownBy(() -> parse(text)).isInstanceOf(DocumentException.class);
            return;
        }
        Microdescriptor md = parse(text);
        assertThat(md.digest()).isEqualTo(vector.bytes("digest"));
        assertThat(Base64.getEncoder()
                        .withoutPadding()
                        .encodeToString(md.digest().toArray()))
                .isEqualTo(vector.text("digest_base64"));
        assertThat(md.ntorOnionKey()).isEqualTo(vector.bytes("ntor_onion_key"));
        assertThat(md.ed25519Identity().map(Ed25519Identity::value))
                .isEqualTo(
                        vector.has("ed25519_id")
                                ? java.util.Optional.of(vector.bytes("ed25519_id"))
                                : java.util.Optional.empty());
        assertThat(md.ipv4Policy()).isEqualTo(policy(vector, "policy"));
        assertThat(md.ipv6Policy()).isEqualTo(policy(vector, "policy6"));
        assertThat(md.familyIds()).isEqualTo(vector.texts("family_ids"));
        for (String member : vector.texts("family")) {
            if (member.startsWith("$")) {
                assertThat(md.family().contains(RsaIdentity.fromHex(member.substring(1)), "nobody"))
                        .isTrue();
            } else {
                assertThat(md.family().contains(RsaIdentity.copyOf(new byte[20]), member))
                        .isEqualTo(!member.startsWith("!"));
            }
        }
    }

    private static PortPolicy policy(Vector vector, String member) {
        try {
            return vector.has(member) ? PortPolicy.parse(vector.text(member)) : PortPolicy.REJECT_ALL;
        } catch (DocumentException e) {
            return PortPolicy.REJECT_ALL;
        }
    }

    @Test
    void parseAll_vectorSet_matchesTheConsensus() throws Exception {
        Vector vector = Vectors.of("consensus-set").get(0);
        MicrodescriptorParser.Result result =
                parser.parseAll(vector.text("microdescs").getBytes(StandardCharsets.ISO_8859_1));
        Consensus consensus = Consensus.parse(vector.text("consensus_microdesc").getBytes(StandardCharsets.ISO_8859_1));
        List<Bytes> digests =
                result.good().stream().map(f -> f.microdescriptor().digest()).toList();
        assertThat(digests)
                .containsExactlyInAnyOrderElementsOf(consensus.relays().stream()
                        .map(RouterStatus::microdescriptorDigest)
                        .toList());
        assertThat(result.faulty()).isZero();
        assertThat(result.good().stream()
                        .filter(f -> !f.microdescriptor().familyIds().isEmpty()))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    /** T35: a bad one among good ones spoils itself alone. */
    @Test
    void t35_badAmongGood_onlyGoodOnesCome() {
        String a = TestConsensus.microdescriptor("a", "p accept 80\n");
        String b = TestConsensus.microdescriptor("b", "");
        String bad = "onion-key\nid ed25519 AAAA\n";
        String text = "junk before\n" + a + bad + "@last-listed 2024-05-17 17:00:00\n" + b + a;
        MicrodescriptorParser.Result result = parser.parseAll(text.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(result.faulty()).isEqualTo(2);
        assertThat(result.good().stream().map(f -> text.substring(f.from(), f.to())))
                .containsExactly(a, b, a);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ntor-onion-key", "id ed25519"})
    void parse_lineDoubled_throwsDocument(String start) {
        String good = TestConsensus.microdescriptor("a", "");
        assertThatThrownBy(() -> parse(good.replaceFirst("(?m)^(" + start + ".*\n)", "$1$1")))
                .isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"family x", "family-ids x", "p accept 1", "p6 accept 1"})
    void parse_optionalLineDoubled_throwsDocument(String line) throws Exception {
        assertThat(parse(TestConsensus.microdescriptor("a", line + "\n"))).isNotNull();
        String doubled = TestConsensus.microdescriptor("a", line + "\n" + line + "\n");
        assertThatThrownBy(() -> parse(doubled)).isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "onion-key|",
                "onion-key|id ed25519 AAAA|",
                "onion-key x|ntor-onion-key " + KEY + "|",
                "ntor-onion-key " + KEY + "|",
                "onion-key|ntor-onion-key " + KEY,
                "onion-key|ntor-onion-key " + KEY + "|onion-key|",
                "onion-key|" + BEGIN + "RSA PUBLIC KEY-----|AAAA|" + END + "RSA PUBLIC KEY-----|ntor-onion-key " + KEY
                        + "|",
                "onion-key|" + BEGIN + "JUNK-----|AAAA|" + END + "JUNK-----|ntor-onion-key " + KEY + "|"
            })
    void parse_malformed_throwsDocument(String lines) {
        assertThatThrownBy(() -> parse(lines.replace('|', '\n'))).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_equalLines_shareOneObject() throws Exception {
        String lines = """
                family $0123456789012345678901234567890123456789=x $AAAA
                p accept 443
                family-ids ed25519:a b
                """;
        Microdescriptor a = parse(TestConsensus.microdescriptor("a", lines));
        Microdescriptor b = parse(TestConsensus.microdescriptor("b", lines));
        assertThat(a.family()).isSameAs(b.family());
        assertThat(a.family().size()).isEqualTo(1);
        assertThat(a.ipv4Policy()).isSameAs(b.ipv4Policy());
        assertThat(a.familyIds()).isSameAs(b.familyIds()).containsExactly("ed25519:a", "b");
    }

    @Test
    void parse_tooLong_throwsDocument() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("x-pad ").append("x".repeat(8000)).append('\n');
        }
        assertThatThrownBy(() -> parse(TestConsensus.microdescriptor("a", lines.toString())))
                .isInstanceOf(DocumentException.class);
    }
}
