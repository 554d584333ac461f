package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** C tor's own client: what works through it on a network of C tor works, so a failure elsewhere is not the network's. */
public final class CTorClient implements AutoCloseable {
    private static final Duration BOOTSTRAP_LIMIT = Duration.ofMinutes(1);

    private final Process process;
    private final int socksPort;
    private final Path log;

    private CTorClient(Process process, int socksPort, Path log) {
        this.log = log;
        this.process = process;
        this.socksPort = socksPort;
    }

    /** Starts a client with its state in an empty folder, and returns once it says that it is connected. */
    public static CTorClient start(CTorNetwork network, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        return start(network.clientTorrc(), folder);
    }

    /** The same on a network that lines of its configuration describe. */
    public static CTorClient start(List<String> network, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        int port = FreePorts.range(1);
        Path log = folder.resolve("notice.log");
        List<String> lines = new ArrayList<>(network);
        lines.addAll(List.of(
                "ClientOnly 1",
                "SocksPort 127.0.0.1:" + port,
                "DataDirectory " + folder.resolve("data"),
                "PathsNeededToBuildCircuits 0.67",
                "Log notice file " + log,
                "__OwningControllerProcess " + ProcessHandle.current().pid()));
        Path torrc = Files.write(folder.resolve("torrc"), lines);
        Process process = new ProcessBuilder(Programs.find("tor").orElseThrow().toString(), "-f", torrc.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stdout.log").toFile())
                .start();
        CTorClient client = new CTorClient(process, port, log);
        try {
            Await.until("C tor's client to bootstrap", BOOTSTRAP_LIMIT, () -> {
                if (!process.isAlive()) {
                    throw new IOException("it ended: " + Files.readString(folder.resolve("stdout.log")));
                }
                return Files.exists(log) && Files.readString(log).contains("Bootstrapped 100%");
            });
        } catch (TimeoutException e) {
            client.close();
            throw e;
        }
        return client;
    }

    public int socksPort() {
        return socksPort;
    }

    /** What it has said at notice level and above. */
    public List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    @Override
    public void close() {
        Programs.kill(process);
    }
}
