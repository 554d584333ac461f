package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ConsensusTest {
    private static final String MICRODESCRIPTOR = TestConsensus.microdescriptor("alpha", "p accept 80,443\n");
    private final List<TestAuthority> voters = TestAuthority.some(1);
    private final String good = new String(
            new TestConsensus()
                    .params("bwweightscale=10000 circwindow=1000 negative=-2147483648 Upper=2147483647")
                    .relay("alpha", "Exit Fast Guard Stable", 100, MICRODESCRIPTOR)
                    .relay("beta", "Fast", 4294967295L, MICRODESCRIPTOR)
                    .signed(voters),
            StandardCharsets.ISO_8859_1);

    private static Consensus parse(String text) throws DocumentException {
        return Consensus.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void parse_vector_givesAllItsParts() throws Exception {
        Vector vector = Vectors.of("consensus-set").get(0);
        Consensus consensus = parse(vector.text("consensus_microdesc"));
        assertThat(consensus.relays()).hasSize(vector.integer("n_relays"));
        assertThat(consensus.method()).isEqualTo(35);
        assertThat(consensus.validAfter()).hasToString("2026-11-22T08:33:00Z");
        assertThat(consensus.freshUntil()).hasToString("2026-11-22T08:33:20Z");
        assertThat(consensus.validUntil()).hasToString("2026-11-22T08:33:40Z");
        assertThat(consensus.signedDigest(DigestAlgorithm.SHA256))
                .contains(vector.bytes("sha256_signed_part_microdesc"));
        assertThat(consensus.dirSources()).hasSize(3);
        assertThat(consensus.signatures()).hasSize(3);
    }

    @Test
    void parse_otherFlavour_throwsDocument() {
        String ns = Vectors.of("consensus-set").get(0).text("consensus_ns");
        assertThatThrownBy(() -> parse(ns))
                .isInstanceOf(DocumentException.class)
                .hasMessage("line 1: flavour missing");
    }

    @Test
    void parse_good_givesItsFields() throws Exception {
        Consensus consensus = parse(good);
        assertThat(consensus.parameters())
                .containsEntry("negative", Integer.MIN_VALUE)
                .containsEntry("Upper", Integer.MAX_VALUE)
                .hasSize(4);
        assertThat(consensus.bandwidthWeights()).containsEntry("Wgg", 5806).hasSize(19);
        assertThat(consensus.requiredClientProtocols().supports(Subprotocol.LINK, 4))
                .isTrue();
        assertThat(consensus.knownFlags()).contains("Guard");
        RouterStatus alpha = consensus.relays().stream()
                .filter(r -> r.nickname().equals("alpha"))
                .findFirst()
                .orElseThrow();
        assertThat(alpha.has(RelayFlag.GUARD)).isTrue();
        assertThat(alpha.has(RelayFlag.RUNNING)).as("implied").isTrue();
        assertThat(alpha.has(RelayFlag.BAD_EXIT)).isFalse();
        assertThat(alpha.bandwidth()).isEqualTo(100);
        assertThat(alpha.measured()).isTrue();
        assertThat(alpha.orPort()).isEqualTo(9001);
        assertThat(alpha.ipv4().getHostAddress()).isEqualTo("10.1.0.1");
        assertThat(alpha.version()).isEqualTo("Tor 0.4.8.11");
        assertThat(alpha.protocols().supports(Subprotocol.RELAY, 4)).isTrue();
        assertThat(alpha.ipv6()).isEmpty();
    }

    @Test
    void parse_realConsensus_hasWhatItShould() throws Exception {
        Consensus consensus = Consensus.parse(RealConsensus.consensus());
        assertThat(consensus.relays()).hasSize(7195);
        assertThat(consensus.method()).isEqualTo(33);
        assertThat(consensus.currentSharedRandom().orElseThrow().reveals()).isEqualTo(8);
        assertThat(consensus.previousSharedRandom()).isPresent();
        assertThat(consensus.dirSources()).hasSize(8);
        RouterStatus second = consensus.relays().get(1);
        assertThat(second.nickname()).isEqualTo("tor4novgnet");
        assertThat(second.ipv6().orElseThrow().getAddress().getHostAddress()).isEqualTo("2001:41d0:404:300:0:0:0:dd2");
        assertThat(second.ipv6().orElseThrow().getPort()).isEqualTo(9001);
        assertThat(second.bandwidth()).isEqualTo(12000);
        // counted with grep in the file
        assertThat(consensus.relays().stream().filter(r -> !r.measured())).hasSize(count(" Unmeasured=1"));
        assertThat(consensus.relays().stream().filter(r -> r.ipv6().isPresent()))
                .hasSize(count("\na ["));
        assertThat(consensus.relays().stream().filter(r -> r.has(RelayFlag.GUARD)))
                .hasSize(count(" Guard ") - 1);
        assertThat(consensus.relays().get(0).protocols())
                .as("equal lines share one object")
                .isSameAs(consensus.relays().get(1).protocols());
    }

    private static int count(String needle) {
        String text = new String(RealConsensus.consensus(), StandardCharsets.ISO_8859_1);
        int count = 0;
        for (int at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
            count++;
        }
        return count;
    }

    /** T34: each line missing or doubled is either an error or changes nothing else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "network-status-version",
                "vote-status",
                "valid-after",
                "fresh-until",
                "valid-until",
                "voting-delay",
                "known-flags",
                "m",
                "s",
                "pr",
                "dir-source"
            })
    void t34_neededLineMissing_throwsDocument(String keyword) {
        String without = good.replaceFirst("(?m)^" + keyword + " .*\n", "");
        assertThat(without).isNotEqualTo(good);
        assertThatThrownBy(() -> parse(without)).isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "network-status-version",
                "vote-status",
                "valid-after",
                "fresh-until",
                "valid-until",
                "voting-delay",
                "known-flags",
                "consensus-method",
                "params",
                "required-client-protocols",
                "contact",
                "vote-digest",
                "m",
                "s",
                "v",
                "pr",
                "w",
                "r",
                "bandwidth-weights",
                "directory-footer"
            })
    void t34_singleLineDoubled_throwsDocument(String keyword) {
        String doubled = good.replaceFirst("(?m)^(" + keyword + "( .*)?\n)", "$1$1");
        assertThat(doubled).isNotEqualTo(good);
        assertThatThrownBy(() -> parse(doubled)).isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'^network-status-version 3', 'network-status-version 4'",
        "'^network-status-version 3 microdesc', 'network-status-version 3 ns'",
        "'^vote-status consensus', 'vote-status vote'",
        "'^valid-after 2024', 'valid-after 20x4'",
        "'^valid-after 2024-05-17', 'valid-after 2024-02-30'",
        "'^valid-after ', 'valid-after 2030-05-17 17:00:00 '",
        "'^fresh-until .*', 'fresh-until 2031-01-01 00:00:00'",
        "'^voting-delay 300 300', 'voting-delay 300'",
        "'^voting-delay 300', 'voting-delay -300'",
        "'circwindow=1000', 'circwindow'",
        "'circwindow=1000', 'circwindow=1000 circwindow=1000'",
        "'circwindow=1000', '=1000'",
        "'circwindow=1000', 'circwindow=2147483648'",
        "'circwindow=1000', 'circwindow=-2147483649'",
        "'circwindow=1000', 'circwindow=1x'",
        "'^required-client-protocols Cons=2', 'required-client-protocols Cons=64'",
        "'^r alpha', 'r al_pha'",
        "'^r alpha', 'r a2345678901234567890'",
        "'10.1.0.1 9001', '10.1.0.256 9001'",
        "'10.1.0.1 9001', '10.1.0 9001'",
        "'10.1.0.1 9001 0', '10.1.0.1 0 0'",
        "'10.1.0.1 9001 0', '10.1.0.1 65536 0'",
        "'10.1.0.1 9001 0', '10.1.0.1 9001'",
        "'^m .', 'm !'",
        "'^m .', 'm '",
        "'^w Bandwidth=100$', 'w Bandwidth=4294967296'",
        "'^w Bandwidth=100$', 'w Bandwidth='",
        "'^pr Cons=1-2', 'pr Cons=2-1'",
        "'^pr .*', 'pr'",
        "'Wbd=0', 'Wbd'",
        "'^directory-footer', 'directory-footer 1'",
        "'BEGIN SIGNATURE', 'BEGIN SIGNATURES'",
        "'END SIGNATURE', 'END SIGNATURES'",
        "'^directory-signature sha256 .', 'directory-signature sha256 X'",
        "'^directory-signature sha256 ', 'directory-signature sha256 0'",
        "'^vote-digest .', 'vote-digest '",
    })
    void t34_badValue_throwsDocument(String pattern, String replacement) {
        String bad = java.util.regex.Pattern.compile(pattern, java.util.regex.Pattern.MULTILINE)
                .matcher(good)
                .replaceFirst(replacement);
        assertThat(bad).isNotEqualTo(good);
        if (pattern.startsWith("^pr .*")) { // an empty list is one
            assertThat(catchParse(bad)).isNull();
            return;
        }
        assertThatThrownBy(() -> parse(bad)).isInstanceOf(DocumentException.class);
    }

    private static Exception catchParse(String text) {
        try {
            parse(text);
            return null;
        } catch (DocumentException e) {
            return e;
        }
    }

    @Test
    void parse_futureItems_arePassedOver() throws Exception {
        String future = good.replace(
                        "voting-delay",
                        "x-new one two\n-----BEGIN NEW THING-----\nAAAA\n"
                                + "-----END NEW THING-----\npackage a b c\nvoting-delay")
                .replaceFirst("(?m)^v Tor", "x-per-relay 1\nv Tor")
                .replace("bandwidth-weights", "x-footer\nbandwidth-weights");
        Consensus consensus = parse(future);
        assertThat(consensus.relays()).hasSize(2);
        assertThat(consensus.bandwidthWeights()).hasSize(19);
    }

    @Test
    void parse_addresses_firstIpv6IsTaken() throws Exception {
        String text = good.replaceFirst(
                "(?m)^m ", "a 192.0.2.1:9001\na [nonsense]:1\na [2001:db8::1]:9050\na [2001:db8::2]:9051\nm ");
        RouterStatus relay = parse(text).relays().get(0);
        assertThat(relay.ipv6Bytes()).isEqualTo(Bytes.fromHex("20010db8000000000000000000000001"));
        assertThat(relay.ipv6().orElseThrow().getPort()).isEqualTo(9050);
    }

    @Test
    void parse_relaysOutOfOrderOrTwice_throwsDocument() {
        int first = good.indexOf("\nr ") + 1;
        int second = good.indexOf("\nr ", first) + 1;
        int end = good.indexOf("directory-footer");
        String a = good.substring(first, second);
        String b = good.substring(second, end);
        for (String bad : List.of(b + a, a + a, a + b + b)) {
            assertThatThrownBy(() -> parse(good.substring(0, first) + bad + good.substring(end)))
                    .isInstanceOf(DocumentException.class)
                    .hasMessageContaining("order");
        }
    }

    @Test
    void parse_nothingToVote_keepsSignatureRules() {
        String noSignature = good.substring(0, good.indexOf("directory-signature"));
        assertThatThrownBy(() -> parse(noSignature)).hasMessageContaining("no directory-signature");
        assertThatThrownBy(() -> parse(good + "x-junk\n")).hasMessageContaining("after directory-signature");
        assertThatThrownBy(() -> parse(good + good)).isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "x", "network-status-version", "network-status-version 3 microdesc\n"})
    void t34_cut_throwsDocument(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(DocumentException.class);
    }

    /** T34: cut anywhere, it is never taken for a whole one. */
    @Test
    void t34_cutAnywhere_throwsDocument() {
        for (int end = 0; end < good.length(); end++) {
            String cut = good.substring(0, end);
            assertThat(catchParse(cut)).as("cut at %s", end).isNotNull();
        }
    }

    @Test
    void t34_nulOrHugeLine_throwsDocument() {
        assertThatThrownBy(() -> parse(good.replace("contact nobody", "contact no\0body")))
                .hasMessageContaining("NUL");
        assertThatThrownBy(() ->
                        parse(good.replace("contact nobody", "contact " + "x".repeat(ItemReader.MAX_LINE_LEN))))
                .hasMessageContaining("line too long");
        assertThatThrownBy(() -> Consensus.parse(new byte[Consensus.MAX_LEN + 1]))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void fault_namesTheLine() {
        assertThatThrownBy(() -> parse(good.replace("voting-delay 300 300", "voting-delay 300 x")))
                .isInstanceOfSatisfying(
                        DocumentException.class, e -> assertThat(e.line()).isEqualTo(7));
    }
}
