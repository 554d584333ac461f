package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/** C tor, where the machine has it, reads what our authorities make: from files, so that no relay has to run. */
@Tag("ctor")
class CTorReadsDocumentsTest {
    private static final String ENOUGH = "We now have enough directory information to build circuits";
    /** What it warns of on any network for tests. */
    private static final ImmutableList<String> USUAL = ImmutableList.of(
            "SocksPort, TransPort",
            "You have used DirAuthority",
            "TestingTorNetwork is set",
            "as root",
            "Your log may");

    private static final int AUTHORITIES = 3;
    private static final int RELAYS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Process tor;

    @AfterEach
    void end() throws InterruptedException {
        if (tor != null) {
            tor.destroyForcibly().waitFor();
        }
    }

    @Test
    void microdescConsensus_isAcceptedWithItsMicrodescriptors() throws Exception {
        DirectorySnapshot snapshot = write();
        write("cached-microdesc-consensus", snapshot.microdescConsensus().text());
        StringBuilder all = new StringBuilder();
        for (Bytes text : snapshot.microdescriptors().values()) {
            all.append("@last-listed ").append(DocumentText.time(Instant.now())).append('\n');
            all.append(new String(text.toArray(), StandardCharsets.ISO_8859_1));
        }
        write("cached-microdescs.new", Bytes.copyOf(DocumentText.bytes(all.toString())));

        List<String> log = run("1");

        assertThat(log).last().asString().contains(ENOUGH);
        assertThat(log).anyMatch(line -> line.contains("This microdesc one has 3"));
        assertThat(complaints(log)).isEmpty();
    }

    @Test
    void plainConsensus_isAcceptedWithItsServerDescriptors() throws Exception {
        DirectorySnapshot snapshot = write();
        write("cached-consensus", snapshot.consensuses().get(Flavour.NS).text());
        List<Bytes> texts = new ArrayList<>();
        for (ServerDescriptor descriptor : snapshot.descriptors().values()) {
            texts.add(descriptor.text());
        }
        write("cached-descriptors", Bytes.concat(texts.toArray(new Bytes[0])));

        List<String> log = run("0");

        assertThat(log).last().asString().contains(ENOUGH);
        assertThat(log).anyMatch(line -> line.contains("This ns one has 3"));
        assertThat(complaints(log)).isEmpty();
    }

    /** Makes a network of the present and writes its certificates and its description. */
    private DirectorySnapshot write() throws IOException {
        boolean there = Files.isExecutable(tor()) || Boolean.getBoolean("onion4j.requireCtor");
        if (!there) {
            System.out.println("Skipped: CTorReadsDocumentsTest, since there is no tor");
        }
        assumeTrue(there, "no tor here, and the tests with it are not required");
        Instant now = Instant.now();
        List<Authority> authorities = new ArrayList<>();
        List<ServerDescriptor> relays = new ArrayList<>();
        for (int i = 0; i < RELAYS; i++) {
            SeededRandom random = SeededRandom.of(99, "relay" + i);
            RelayIdentity keys = new RelayIdentity(random, now);
            // nobody listens there
            Inet4Address address = (Inet4Address) InetAddresses.forString("127.77.3." + (i + 1));
            RelayProfile.Builder profile = RelayProfile.builder("relay" + i, address, 9);
            if (i == RELAYS - 1) {
                profile.exitPolicy(ExitPolicy.ACCEPT_ALL);
            }
            relays.add(DescriptorMaker.make(keys, profile.build(), now, Duration.ofMinutes(1)));
            if (i < AUTHORITIES) {
                authorities.add(new Authority(
                        "relay" + i,
                        keys.rsaIdentity(),
                        address,
                        9,
                        0,
                        AuthorityKeys.generate(random, now),
                        random,
                        TestDirectory.SCHEDULE));
            }
        }
        Authorities all = new Authorities(authorities, TestDirectory.SCHEDULE, relay -> true);
        relays.forEach(relay -> all.submit(relay, now));
        DirectorySnapshot snapshot = all.turnOver(now).orElseThrow();
        List<Bytes> certificates = new ArrayList<>();
        for (AuthorityCertificate certificate : snapshot.certificates()) {
            certificates.add(certificate.text());
        }
        write("cached-certs", Bytes.concat(certificates.toArray(new Bytes[0])));
        write("network.torrc", Bytes.copyOf(DocumentText.bytes(NetworkText.torrc(authorities))));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        return snapshot;
    }

    private void write(String name, Bytes content) throws IOException {
        Files.write(folder.resolve(name), content.toArray());
    }

    private static Path tor() {
        for (String directory : (System.getenv("PATH") + ":/usr/sbin").split(":", -1)) {
            Path path = Path.of(directory, "tor");
            if (Files.isExecutable(path)) {
                return path;
            }
        }
        return Path.of("tor");
    }

    /** What C tor logs until it has understood the network. */
    private List<String> run(String useMicrodescriptors) throws Exception {
        tor = new ProcessBuilder(
                        tor().toString(),
                        "-f",
                        folder.resolve("network.torrc").toString(),
                        "--DataDirectory",
                        folder.toString(),
                        "--SocksPort",
                        "0",
                        "--UseMicrodescriptors",
                        useMicrodescriptors,
                        "--Log",
                        "info stdout")
                .redirectErrorStream(true)
                .start();
        return CompletableFuture.supplyAsync(this::linesUntilEnough).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private List<String> linesUntilEnough() {
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = tor.inputReader()) {
            String line;
            while ((line = out.readLine()) != null) {
                lines.add(line);
                if (line.contains(ENOUGH)) {
                    break;
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> complaints(List<String> log) {
        return log.stream()
                .filter(line -> line.contains("[warn]") || line.contains("[err]"))
                .filter(line -> USUAL.stream().noneMatch(line::contains))
                .toList();
    }
}
