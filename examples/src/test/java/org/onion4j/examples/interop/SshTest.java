package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.Main;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Installed;
import org.onion4j.examples.testing.Programs;
import org.onion4j.testnet.TestNetwork;

/**
 * SSH to a machine that nobody can connect to, as docs/ssh.md says: OpenSSH's server behind {@code serve}, its client in front
 * of {@code socks}.
 */
@Installed({"sshd", "ssh", "scp", "ssh-keygen", "nc.openbsd", "torsocks"})
class SshTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Content CONTENT = new Content(5 << 20);

    @TempDir
    Path folder;

    @Test
    void ssh_runsCommandsAndCopiesFiles() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build()) {
            Path torrc = folder.resolve("network.torrc");
            network.writeTorrc(torrc);
            int sshPort = freePort();
            Process server = startServer(sshPort);
            try (ChildJvm serve = start(torrc, "serve", "--port", "22", "--to", "127.0.0.1:" + sshPort);
                    ChildJvm socks = start(torrc, "socks", "--port", "0")) {
                String address = serve.awaitLine("(.*\\.onion)", LIMIT).group(1);
                String port = socks.awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", LIMIT)
                        .group(1);
                socks.awaitLine("ready", LIMIT);
                serve.awaitLine("published", LIMIT);
                Path config = clientConfig(address, port);

                assertThat(run("ssh", "-F", config.toString(), "home", "echo \"it is $LOGNAME\""))
                        .isEqualTo("it is " + user() + "\n");
                copyBothWays(config);
                Path direct = Files.writeString(
                        folder.resolve("direct"), Files.readString(config).replaceAll("(?m)^ *ProxyCommand.*\n", ""));
                assertThat(run("torsocks", "-P", port, "ssh", "-F", direct.toString(), "home", "echo hello"))
                        .isEqualTo("hello\n");
            } finally {
                Programs.kill(server);
            }
        }
    }

    private void copyBothWays(Path config) throws Exception {
        Path file = folder.resolve("file");
        try (OutputStream out = Files.newOutputStream(file)) {
            CONTENT.writeTo(out);
        }
        Path there = folder.resolve("there");
        Path back = folder.resolve("back");
        run("scp", "-q", "-F", config.toString(), file.toString(), "home:" + there);
        run("scp", "-q", "-F", config.toString(), "home:" + there, back.toString());
        for (Path copy : List.of(there, back)) {
            Content.Digest digest = new Content.Digest();
            Files.copy(copy, digest);
            assertThat(digest.hex()).isEqualTo(CONTENT.sha256());
        }
    }

    private static String user() {
        return System.getProperty("user.name");
    }

    private String run(String... command) throws IOException, InterruptedException {
        return Programs.output(folder, LIMIT, "", List.of(command));
    }

    private ChildJvm start(Path torrc, String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--network", torrc.toString()));
        return ChildJvm.start(folder, List.of("-XX:TieredStopAtLevel=1"), Main.class, all.toArray(new String[0]));
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** OpenSSH's server as this user, with keys and a configuration of its own, for whoever has the key "user". */
    private Process startServer(int port) throws Exception {
        for (String key : List.of("host", "user")) {
            run(
                    "ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-f",
                    folder.resolve(key).toString());
        }
        Path config = Files.write(
                folder.resolve("sshd_config"),
                List.of(
                        "ListenAddress 127.0.0.1:" + port,
                        "HostKey " + folder.resolve("host"),
                        "AuthorizedKeysFile " + folder.resolve("user.pub"),
                        "PidFile none",
                        "UsePAM no",
                        "StrictModes no", // which looks at the folders above, too
                        "PasswordAuthentication no",
                        "PermitRootLogin prohibit-password",
                        "Subsystem sftp internal-sftp"));
        if (user().equals("root")) {
            Files.createDirectories(Path.of("/run/sshd")); // where it locks itself in; Debian makes it with the service
        }
        Path log = folder.resolve("sshd.log");
        Process server = new ProcessBuilder(
                        Programs.find("sshd").orElseThrow().toString(), "-D", "-e", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Await.until("sshd to listen", LIMIT, () -> {
                if (!server.isAlive()) {
                    throw new IOException("it has ended: " + Files.readString(log));
                }
                try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    return probe.isConnected();
                }
            });
        } catch (Exception e) {
            Programs.kill(server);
            throw e;
        }
        return server;
    }

    /** What docs/ssh.md puts into ~/.ssh/config, and where this test's keys are. */
    private Path clientConfig(String address, String socksPort) throws IOException {
        Path known = Files.writeString(
                folder.resolve("known_hosts"), address + " " + Files.readString(folder.resolve("host.pub")));
        return Files.write(
                folder.resolve("ssh_config"),
                List.of(
                        "Host home",
                        "    HostName " + address,
                        "    ProxyCommand nc.openbsd -X 5 -x 127.0.0.1:" + socksPort + " %h %p",
                        "    User " + user(),
                        "    IdentityFile " + folder.resolve("user"),
                        "    IdentitiesOnly yes",
                        "    UserKnownHostsFile " + known,
                        "    StrictHostKeyChecking yes",
                        "    BatchMode yes"));
    }
}
