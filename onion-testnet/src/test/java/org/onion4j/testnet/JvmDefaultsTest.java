package org.onion4j.testnet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteStreams;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.api.OnionClient;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.guard.GuardState;

/** T81: what the JVM's default locale, time zone and charset are changes nothing. */
@Timeout(120)
class JvmDefaultsTest {
    private static final String NAME = "titi.illini.example";
    private static final String PAGE = "TITI";

    /** In the spring night in which Europe's clocks go from 2:00 to 3:00. */
    private static final Instant IN_NO_LOCAL_TIME = Instant.parse("2026-03-29T02:30:00Z");

    @TempDir
    Path temp;

    private Locale locale;
    private TimeZone zone;

    @BeforeEach
    void keepDefaults() {
        locale = Locale.getDefault();
        zone = TimeZone.getDefault();
    }

    @AfterEach
    void restoreDefaults() {
        Locale.setDefault(locale);
        TimeZone.setDefault(zone);
    }

    private static TestNetwork network() throws TestNetworkException {
        return TestNetwork.builder().seed(81).standingTime().build();
    }

    /** What a network writes, and what is read of it. */
    private static String documents(TestNetwork network) throws Exception {
        String consensus = network.consensus();
        Consensus read = Consensus.parse(consensus.getBytes(UTF_8));
        String moved = consensus.replaceFirst("valid-until [^\n]*", "valid-until 2026-03-29 02:30:00");
        assertThat(Consensus.parse(moved.getBytes(UTF_8)).validUntil()).isEqualTo(IN_NO_LOCAL_TIME);
        assertThat(consensus)
                .contains("valid-after " + read.validAfter().toString().substring(0, 10));
        assertThat(network.config()).isNotNull();
        return network.torrc() + consensus + read.parameters() + read.validAfter() + read.relays();
    }

    /** What a client does in it, of which the names that the exit was asked for come out. */
    private static String life(TestNetwork network, Path state) throws Exception {
        network.serve(NAME, 80, Handlers.sends(PAGE.getBytes(US_ASCII)));
        try (OnionClient client = network.clientBuilder().stateDirectory(state).build()) {
            String read = TestNetworkTest.read(client, "TITI.ILLINI.Example", 80);
            Object resolved = client.resolve("TITI.illini.example");
            List<String> asked = network.exits().stream()
                    .flatMap(exit -> exit.seen().stream())
                    .flatMap(seen -> seen.destinations().stream())
                    .map(SeenCircuit.Destination::host)
                    .distinct()
                    .collect(Collectors.toList());
            return read + resolved + asked;
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().collect(Collectors.toList());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tr-TR, Europe/Istanbul",
        "ar-EG-u-nu-arab, Africa/Cairo",
        "th-TH-u-ca-buddhist-nu-thai, Asia/Bangkok",
        "ja-JP-u-ca-japanese, Europe/Berlin",
        "fa-IR-u-ca-persian-nu-arabext, America/St_Johns"
    })
    void t81_localeAndTimeZone_changeNothing(String language, String timeZone) throws Exception {
        String expected;
        try (TestNetwork network = network()) {
            expected = documents(network) + life(network, temp.resolve("state"));
        }
        byte[] guards = Files.readAllBytes(temp.resolve("state/guards.state"));

        Locale.setDefault(Locale.forLanguageTag(language));
        TimeZone.setDefault(TimeZone.getTimeZone(timeZone));
        assertThat(GuardState.decode(body(guards)).encode()).isEqualTo(body(guards));
        try (TestNetwork network = network()) {
            // With the state that was written elsewhere, and what is written here must be fit to be read there.
            assertThat(documents(network) + life(network, temp.resolve("state")))
                    .isEqualTo(expected)
                    .contains(PAGE, NAME);
        }
        byte[] written = Files.readAllBytes(temp.resolve("state/guards.state"));
        restoreDefaults();
        assertThat(GuardState.decode(body(written)).encode()).isEqualTo(body(written));
        assertThat(files(temp.resolve("state")))
                .as("nothing was set aside as unreadable")
                .noneMatch(file -> file.toString().contains("bad"));
    }

    /** What follows the file's first line. */
    private static byte[] body(byte[] file) {
        return Arrays.copyOfRange(file, Bytes.indexOf(file, (byte) '\n') + 1, file.length);
    }

    @Test
    void t81_wholeJvmOfAnotherLand_writesAndReadsTheSame() throws Exception {
        List<Child> children = new ArrayList<>();
        children.add(
                new Child(temp, "life", "-Dfile.encoding=windows-1254", "-Duser.language=tr", "-Duser.country=TR"));
        if (Runtime.version().feature() < 18) { // later ones take UTF-8 in its place; TLS of the JDK fails with it
            children.add(
                    new Child(temp, "documents", "-Dfile.encoding=UTF-16", "-Duser.language=ar", "-Duser.country=EG"));
        }
        String documents;
        String life;
        try (TestNetwork network = network()) {
            documents = documents(network);
            life = life(network, temp.resolve("state"));
        }
        for (Child child : children) {
            assertThat(child.result()).isEqualTo(child.what.equals("life") ? documents + life : documents);
        }
    }

    /** A JVM with other defaults from its first moment, so that nothing was set up under ours. */
    private static final class Child {
        private final String what;
        private final Path result;
        private final Process process;

        Child(Path temp, String what, String... defaults) throws IOException {
            this.what = what;
            this.result = temp.resolve(what);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-Xshare:auto");
            command.add("-XX:TieredStopAtLevel=1");
            command.add("-Duser.timezone=America/St_Johns");
            command.addAll(List.of(defaults));
            command.add("-cp");
            command.add(System.getProperty("java.class.path"));
            command.add(ChildMain.class.getName());
            command.add(what);
            command.add(result.toString());
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        }

        String result() throws Exception {
            String said = new String(ByteStreams.toByteArray(process.getInputStream()), UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return Files.readString(result);
        }
    }

    /** Writes what this JVM makes of it into a file. */
    static final class ChildMain {
        private ChildMain() {}

        public static void main(String[] args) throws Exception {
            Path result = Path.of(args[1]);
            try (TestNetwork network = network()) {
                String text = documents(network);
                if (args[0].equals("life")) {
                    text += life(network, result.resolveSibling(result.getFileName() + ".state"));
                }
                Files.writeString(result, text);
            }
        }
    }
}
