package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad arguments end with status 2 and one line, before anything touches the network. */
class ArgumentsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fetch | examples/run fetch: Missing required parameter: 'URL'",
                "fetch a.test | examples/run fetch: cannot fetch 'a.test': it does not begin with http:// or https://",
                "fetch http://a.test/ http://b.test/ | examples/run fetch: Unmatched argument at index 2: 'http://b.test/'",
                "fetch http://a.test:99999/ | examples/run fetch: cannot fetch 'http://a.test:99999/': port 99999",
                "fetch http://a.test/ --exit-country Germany | examples/run fetch: --exit-country takes a country's two letters",
                "fetch http://a.test/ --network /nowhere/net | examples/run fetch: /nowhere/net: there is no such file",
                "fetch http://a.test/ --out /nowhere/file | examples/run fetch: cannot write --out /nowhere/file: there is no",
                "fetch http://a.test/ --out / | examples/run fetch: cannot write --out /: it is a directory",
                "fetch http://a.test/ --exit-country DE | examples/run fetch: cannot fetch http://a.test/: choosing the exit's",
                "fetch http://abcdefgh.onion/ | examples/run fetch: cannot fetch http://abcdefgh.onion/: an onion address has 56",
                "fetch http://a.exit/ | examples/run fetch: cannot fetch http://a.exit/: the host ends in .exit",
                "resolve abcdefgh.onion | examples/run resolve: cannot resolve abcdefgh.onion: an onion address has 56",
                "socks | examples/run socks: Missing required option: '--port=N'",
                "socks --port x | examples/run socks: Invalid value for option '--port': 'x' is not an int",
                "socks --port 65536 | examples/run socks: --port takes a number from 0 to 65535, not 65536",
                "socks --port -1 | examples/run socks: --port takes a number from 0 to 65535, not -1",
                "socks --port 0 --network / | examples/run socks: /: ",
                "serve --to 127.0.0.1:80 | examples/run serve: Missing required option: '--port=VIRTUAL'",
                "serve --port 80 | examples/run serve: Missing required option: '--to=HOST:PORT'",
                "serve --port 0 --to 127.0.0.1:80 | examples/run serve: --port takes a number from 1 to 65535, not 0",
                "serve --port 80 --to 127.0.0.1 | examples/run serve: --to takes HOST:PORT, such as 127.0.0.1:8080, not",
                "serve --port 80 --to ::1:80 | examples/run serve: --to takes HOST:PORT, such as 127.0.0.1:8080, not",
                "serve --port 80 --to a:b:c | examples/run serve: --to takes HOST:PORT, such as 127.0.0.1:8080, not",
                "serve --port 80 --to 127.0.0.1:99999 | examples/run serve: --to takes HOST:PORT, such as 127.0.0.1:8080,",
                "serve --port 80 --to [::1]:80 --authorize abc | examples/run serve: --authorize takes a client's public key",
                "chat | examples/run chat: Missing required option: '--state=DIR'",
                "chat --state d nobody | examples/run chat: 'nobody' is no address of an onion service",
                "resolve a.test --timeout 0 | examples/run resolve: --timeout takes a number from 1 to 86400, not 0",
                "resolve | examples/run resolve: Missing required parameter: 'NAME'",
                "consensus | examples/run consensus: Missing required options and parameters",
                "consensus /nowhere/c --certs /nowhere/d | examples/run consensus: /nowhere/c: there is no such file",
                "consensus c --certs d --at noon | examples/run consensus: --at takes a time such as 2024-05-17T17:30:00Z",
                "bake | examples/run: Unmatched argument at index 0: 'bake'",
                "--colour | examples/run: Unknown option: '--colour'",
                "@/etc/passwd | examples/run: Unmatched argument at index 0: '@/etc/passwd'",
                "--url a.test | examples/run: Unknown options: '--url', 'a.test'",
                "demo --seed x | examples/run demo: Invalid value for option '--seed': 'x' is not a long",
                "testnet | examples/run testnet: Missing required option: '--dir=DIR'",
                "testnet --dir d --relays 1 | examples/run testnet: --relays takes a number from 2 to 100, not 1",
                "testnet --dir d --exits 0 | examples/run testnet: --exits takes a number from 1 to 100, not 0",
                "testnet --dir /dev/null/d | examples/run testnet: cannot write /dev/null/d/network.torrc"
            })
    void badArguments_endWithStatus2AndOneLine(String command, String message) {
        Ran ran = Ran.examples(command.split(" ", -1));

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).last().asString().startsWith(message);
        assertThat(ran.err())
                .filteredOn(line -> !line.startsWith("examples/run: "))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void malformedNetworkFile_saysWhichLine() throws IOException {
        Path network = Files.writeString(folder.resolve("net.torrc"), "TestingTorNetwork 1\nDirAuthority nonsense\n");

        Ran ran = Ran.examples("resolve", "a.test", "--network", network.toString());

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.err())
                .singleElement()
                .asString()
                .startsWith("examples/run resolve: " + network)
                .contains("line 2");
    }

    @Test
    void emptyArguments_areRefused() {
        assertThat(Ran.examples("fetch", "http://a.test/", "--state", "").err())
                .containsExactly("examples/run fetch: --state is empty; it takes the name of a directory");
        assertThat(Ran.examples("socks", "--port", "0", "--state", "").status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(Ran.examples("resolve", "").err())
                .containsExactly("examples/run resolve: cannot resolve : the host is empty");
    }

    @Test
    void directoryOfATestnet_isOneNetworksAlone() throws IOException {
        assertThat(Ran.examples("testnet", "--dir", "").err())
                .containsExactly("examples/run testnet: --dir is empty; it takes the name of a directory");
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(Ran.examples("testnet", "--dir", file.toString()).err())
                .containsExactly(
                        "examples/run testnet: cannot write " + file + "/network.torrc: " + file + " is a file");
        try (FileChannel other = FileChannel.open(
                        folder.resolve("network.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = other.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThat(Ran.examples("testnet", "--dir", folder.toString()).err())
                    .containsExactly("examples/run testnet: another network runs in " + folder);
        }
        assertThat(folder.resolve("network.torrc")).doesNotExist();
    }

    @Test
    void endlessName_isRefusedBeforeTheNetworkIsJoined() {
        Ran ran = Ran.examples("resolve", "a.".repeat(150) + "test");

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.err()).singleElement().asString().contains("more than 255 characters");
    }

    @Test
    void namedPipeAsNetworkFile_isRefusedAtOnce() throws Exception {
        Path pipe = folder.resolve("pipe");
        try {
            Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
            assumeThat(mkfifo.waitFor()).isZero();
        } catch (IOException e) {
            assumeThat(e).as("there is no mkfifo here").isNull();
        }

        Ran ran = Ran.examples("resolve", "a.test", "--network", pipe.toString());

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.err()).singleElement().asString().endsWith("the network file is a named pipe");
    }

    @Test
    void networkThatNobodyServes_endsWithStatus3() throws IOException {
        String digest = "0123456789ABCDEF".repeat(3).substring(0, 40);
        Path network = Files.writeString(
                folder.resolve("net.torrc"),
                "TestingTorNetwork 1\nDirAuthority nobody orport=1 v3ident=" + digest + " 127.0.0.1:1 " + digest
                        + "\n");

        for (String command : new String[] {"fetch http://a.test/", "resolve a.test", "socks --port 0"}) {
            Ran ran = Ran.examples((command + " --timeout 1 --network " + network).split(" ", -1));

            assertThat(ran.status()).isEqualTo(ExitStatus.BOOTSTRAP_FAILED);
            assertThat(ran.err()).last().asString().contains("cannot join the network: ");
        }
    }

    @Test
    void argumentsWithControlCharacters_stayOnOneLine() {
        Ran ran = Ran.examples("fetch", "http://a.test/\n\u001b[31mred");

        assertThat(ran.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS);
        assertThat(ran.err()).singleElement().asString().doesNotContain("\u001b");
    }

    @Test
    void help_endsWithStatus0() {
        Ran ran = Ran.examples("--help");

        assertThat(ran.status()).isEqualTo(ExitStatus.SUCCESS);
        assertThat(String.join("\n", ran.out())).contains("demo", "fetch", "socks", "resolve", "consensus", "testnet");
        assertThat(Ran.examples("fetch", "--help").status()).isEqualTo(ExitStatus.SUCCESS);
    }
}
