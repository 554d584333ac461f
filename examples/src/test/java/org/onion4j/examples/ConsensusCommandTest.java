package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code consensus} on a consensus that the public network once had, and on what an attacker might make of it. */
class ConsensusCommandTest {
    private static final Path DATA =
            Path.of(System.getProperty("onion4j.shared", "absent"), "data", "consensus-2024-05-17-17-00");
    private static final Path REAL = DATA.resolve("cached-microdesc-consensus");
    private static final Path CERTS = DATA.resolve("cached-certs");
    private static final String IN_TIME = "2024-05-17T17:30:00Z";

    @BeforeAll
    static void sayWhatIsSkipped() {
        if (!Files.exists(REAL)) {
            System.out.println("Skipped: ConsensusCommandTest, since there is no " + REAL.normalize());
        }
    }

    @TempDir
    Path folder;

    private String text;

    @BeforeEach
    void readRealConsensus() throws IOException {
        assumeTrue(Files.exists(REAL), "the real consensus is not on this machine");
        text = Files.readString(REAL, StandardCharsets.ISO_8859_1);
    }

    private Ran judge(String consensus, String at) throws IOException {
        Path file = Files.writeString(folder.resolve("consensus"), consensus, StandardCharsets.ISO_8859_1);
        return Ran.examples("consensus", file.toString(), "--certs", CERTS.toString(), "--at", at);
    }

    @Test
    void realConsensus_isSummarisedAndTrusted() throws IOException {
        Ran ran = judge(text, IN_TIME);

        assertThat(ran.status()).isEqualTo(ExitStatus.SUCCESS);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .startsWith(
                        "relays=7195",
                        "guards=" + count("Guard"),
                        "exits=" + count("Exit"),
                        "signatures=6/8/8",
                        "valid=2024-05-17T17:00:00Z/2024-05-17T20:00:00Z")
                .last()
                .asString()
                .matches("parse_ms=\\d+");
    }

    private long count(String flag) {
        return text.lines()
                .filter(line -> line.startsWith("s ") && (line + " ").contains(" " + flag + " "))
                .count();
    }

    @Test
    void oneByteOfOneRelayChanged_isNotTrusted() throws IOException {
        int relay = text.indexOf("\nr ", text.length() / 2);
        int weight = text.indexOf("w Bandwidth=", relay) + "w Bandwidth=".length();
        char digit = text.charAt(weight);
        String forged = text.substring(0, weight) + (digit == '9' ? '8' : '9') + text.substring(weight + 1);

        Ran ran = judge(forged, IN_TIME);

        assertThat(ran.status()).isEqualTo(ExitStatus.UNTRUSTED);
        assertThat(ran.out()).contains("relays=7195", "signatures=0/8/8");
        assertThat(ran.err()).singleElement().asString().contains("0 good signatures of the 9 authorities");
    }

    @Test
    void fewerThanFiveGoodSignatures_isNotTrusted() throws IOException {
        Ran trusted = judge(withoutGoodSignatures(1), IN_TIME);
        Ran untrusted = judge(withoutGoodSignatures(2), IN_TIME);

        assertThat(trusted.status()).isEqualTo(ExitStatus.SUCCESS);
        assertThat(trusted.out()).contains("signatures=5/7/7");
        assertThat(untrusted.status()).isEqualTo(ExitStatus.UNTRUSTED);
        assertThat(untrusted.out()).contains("signatures=4/6/6");
        assertThat(untrusted.err()).singleElement().asString().contains("4 good signatures");
    }

    /** The real consensus without the first of those signatures that a certificate at hand can judge. */
    private String withoutGoodSignatures(int count) throws IOException {
        String certificates = Files.readString(CERTS, StandardCharsets.ISO_8859_1);
        String[] parts = text.split("(?m)^(?=directory-signature )", -1);
        StringBuilder rest = new StringBuilder(parts[0]);
        int removed = 0;
        for (int i = 1; i < parts.length; i++) {
            String[] words = parts[i].substring(0, parts[i].indexOf('\n')).split(" ", -1);
            String identity = words[words.length - 2];
            Ran without = removed < count && certificates.contains("fingerprint " + identity)
                    ? judge(text.replace(parts[i], ""), IN_TIME)
                    : null;
            if (without != null && without.out().contains("signatures=5/7/7")) {
                removed++;
            } else {
                rest.append(parts[i]);
            }
        }
        assertThat(removed).isEqualTo(count);
        return rest.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2024-05-17T20:00:01Z", "2025-01-01T00:00:00Z", "2024-05-17T16:59:59Z"})
    void outsideItsTime_isNotTrusted(String at) throws IOException {
        Ran ran = judge(text, at);

        assertThat(ran.status()).isEqualTo(ExitStatus.UNTRUSTED);
        assertThat(ran.err()).singleElement().asString().contains("valid");
    }

    @Test
    void cutOrEmptyOrForeignFile_isNotTrusted() throws IOException {
        for (String damaged : new String[] {
            "", "\n", "no consensus\n", text.substring(0, 1000), text.substring(0, text.length() / 2), text + text
        }) {
            Ran ran = judge(damaged, IN_TIME);

            assertThat(ran.status()).isEqualTo(ExitStatus.UNTRUSTED);
            assertThat(ran.err()).singleElement().asString().startsWith("examples/run consensus: " + folder);
        }
    }

    @Test
    void malformedCertificates_areABadArgument() throws IOException {
        Path file = Files.writeString(folder.resolve("consensus"), text, StandardCharsets.ISO_8859_1);
        Path certs = Files.writeString(folder.resolve("certs"), "dir-key-certificate-version 3\nnonsense\n");

        Ran ran = Ran.examples("consensus", file.toString(), "--certs", certs.toString(), "--at", IN_TIME);

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.err()).singleElement().asString().startsWith("examples/run consensus: " + certs);
    }
}
