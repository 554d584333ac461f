package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/** A relay of C tor's, no exit, that joins a network which others run. */
public final class CTorRelay implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final Process process;
    private final Path folder;

    private CTorRelay(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /** Starts a relay in an empty folder on the network that the lines describe, and returns once it listens. */
    public static CTorRelay start(List<String> network, String nickname, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        int port = FreePorts.range(1);
        List<String> lines = new ArrayList<>(network);
        lines.addAll(List.of(
                "AssumeReachable 1",
                "Nickname " + nickname,
                "ContactInfo a test",
                "DataDirectory " + folder.resolve("data"),
                "Address 127.0.0.1",
                "ORPort 127.0.0.1:" + port + " IPv4Only",
                "SocksPort 0",
                "ExitRelay 0",
                "ExitPolicy reject *:*",
                "PathsNeededToBuildCircuits 0.67",
                "ShutdownWaitLength 0",
                "ProtocolWarnings 1",
                "DoSCircuitCreationEnabled 0",
                "DoSConnectionEnabled 0",
                "Log notice file " + folder.resolve("notice.log"),
                "__OwningControllerProcess " + ProcessHandle.current().pid()));
        Path torrc = Files.write(folder.resolve("torrc"), lines);
        Process process = new ProcessBuilder(Programs.find("tor").orElseThrow().toString(), "-f", torrc.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stdout.log").toFile())
                .start();
        CTorRelay relay = new CTorRelay(process, folder);
        try {
            Await.until("C tor's relay to make its keys and listen", START_LIMIT, () -> {
                if (!process.isAlive()) {
                    throw new IOException("it ended: " + Files.readString(folder.resolve("stdout.log")));
                }
                return Files.exists(folder.resolve("data/fingerprint"))
                        && ProcNet.listeningPorts(process.pid()).contains(port);
            });
        } catch (TimeoutException e) {
            relay.close();
            throw e;
        }
        return relay;
    }

    /** The SHA-1 of its RSA identity key, 40 capital hex digits. */
    public String fingerprint() throws IOException {
        return Files.readString(folder.resolve("data/fingerprint"))
                .strip()
                .split(" ", -1)[1]
                .toUpperCase(Locale.ROOT);
    }

    /** What it has said at notice level and above. */
    public List<String> log() throws IOException {
        return Files.readAllLines(folder.resolve("notice.log"));
    }

    @Override
    public void close() {
        Programs.kill(process);
    }
}
