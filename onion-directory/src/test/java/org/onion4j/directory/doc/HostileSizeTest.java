package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * T34: documents made to cost more than their length. All here are megabytes long; a parser that took a time with the
 * square of it would not end within the limit by a factor of hundreds.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileSizeTest {
    private static final int SIZE = 2 << 20;

    private final String good = new String(
            new TestConsensus()
                    .relay("alpha", "Fast", 1, TestConsensus.microdescriptor("alpha", ""))
                    .signed(TestAuthority.some(1)),
            StandardCharsets.ISO_8859_1);

    private static String repeat(String line) {
        return line.repeat(SIZE / line.length());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void t34_unknownLinesAndObjects_arePassedOverInOnePass() throws Exception {
        String objects = repeat("x-new\n-----BEGIN X-----\nAAAA\n-----END X-----\n");
        assertThat(Consensus.parse(bytes(good.replace("voting-delay", objects + "voting-delay")))
                        .relays())
                .hasSize(1);
        assertThat(Consensus.parse(bytes(good.replace("voting-delay", repeat("x 1 2 3\n") + "voting-delay")))
                        .relays())
                .hasSize(1);
    }

    @Test
    void t34_objectsWithoutEnd_areRefused() {
        String begins = repeat("x-new\n-----BEGIN X-----\n");
        assertThatThrownBy(() -> Consensus.parse(bytes(good.replace("voting-delay", begins + "voting-delay"))))
                .isInstanceOf(DocumentException.class);
        String body = "x-new\n-----BEGIN X-----\n" + repeat("A\n");
        assertThatThrownBy(() -> Consensus.parse(bytes(good.replace("voting-delay", body + "voting-delay"))))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void t34_manyDifferentLines_shareNothingButCostNothing() throws Exception {
        StringBuilder entries = new StringBuilder();
        byte[] identity = new byte[20];
        for (int i = 0; i < 10_000; i++) {
            identity[0] = (byte) (i >> 16);
            identity[1] = (byte) (i >> 8);
            identity[2] = (byte) i;
            entries.append("r n")
                    .append(i)
                    .append(' ')
                    .append(java.util.Base64.getEncoder().withoutPadding().encodeToString(identity))
                    .append(" 2038-01-01 00:00:00 10.0.0.1 1 0\nm ")
                    .append("A".repeat(43))
                    .append("\ns F")
                    .append(i)
                    .append("\nv ")
                    .append(i % 2 == 0 ? "AaAa" : "BBBB") // the same hash
                    .append(i)
                    .append("\npr X")
                    .append(i)
                    .append("=1\n");
        }
        int from = good.indexOf("\nr ") + 1;
        String many = good.substring(0, from) + entries + good.substring(good.indexOf("directory-footer"));
        Consensus consensus = Consensus.parse(bytes(many));
        assertThat(consensus.relays()).hasSize(10_000);
        assertThat(consensus.relays().get(9_999).protocols().supports("X9999", 1))
                .isTrue();
    }

    @Test
    void t34_parametersWithTheSameHash_areReadInTime() throws Exception {
        StringBuilder params = new StringBuilder();
        for (int i = 0; i < 4096; i++) { // strings of Aa and BB that all have the same hash
            for (int bit = 0; bit < 12; bit++) {
                params.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            params.append("=1 ");
        }
        Consensus consensus = Consensus.parse(bytes(good.replace("params ", "params " + params)));
        assertThat(consensus.parameters()).hasSize(4096);
    }

    @Test
    void t34_manyLinesInOneEntryOrManySignatures_areRefused() {
        String addresses = repeat("a [::1]:1\n");
        assertThatThrownBy(() -> Consensus.parse(bytes(good.replaceFirst("(?m)^m ", addresses + "m "))))
                .isInstanceOf(DocumentException.class);
        String signature = good.substring(good.indexOf("directory-signature"));
        assertThatThrownBy(() -> Consensus.parse(bytes(good + repeat(signature))))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void t34_microdescriptors_manySmallOrJunk() {
        MicrodescriptorParser parser = new MicrodescriptorParser();
        assertThat(parser.parseAll(bytes(repeat("onion-key\n"))).good()).isEmpty();
        assertThat(parser.parseAll(bytes(repeat("@a\n"))).good()).isEmpty();
        assertThat(parser.parseAll(bytes(repeat("x\n"))).faulty()).isEqualTo(1);
        assertThat(parser.parseAll(
                                bytes(repeat(TestConsensus.microdescriptor("a", "family " + "$A ".repeat(500) + "\n"))))
                        .faulty())
                .isZero();
    }

    @Test
    void t34_diffs_manyCommands() throws Exception {
        String base = repeat("x\n");
        int lines = base.length() / 2;
        StringBuilder script = new StringBuilder();
        for (int line = lines; line > lines - 100_000; line -= 2) {
            script.append(line).append("d\n");
        }
        byte[] result = EdScript.apply(bytes(base), bytes(script.toString()), 0, 1);
        assertThat(result).hasSize(base.length() - 100_000);
    }

    @Test
    void t34_policiesAndProtocols_long() throws Exception {
        assertThatThrownBy(() -> PortPolicy.parse("accept " + repeat("1,"))).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> PortPolicy.parse("accept " + repeat("x,"))).isInstanceOf(DocumentException.class);
        assertThat(ProtocolVersions.parse(repeat("Link=4 ")).supports(Subprotocol.LINK, 4))
                .isTrue();
    }

    /** No parser needs a deep stack: nothing in a document nests. */
    @Test
    void t34_smallStack_isEnough() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        byte[] text = bytes(good.replace(
                "voting-delay", repeat("x-new\n-----BEGIN X-----\nAAAA\n-----END X-----\n") + "voting-delay"));
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        Consensus.parse(text);
                    } catch (DocumentException | RuntimeException | Error e) {
                        failure.set(e);
                    }
                },
                "small stack",
                256 * 1024);
        thread.start();
        thread.join();
        assertThat(failure).hasNullValue();
    }
}
