package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** An onion service of C tor's, on a network that others run: its port 80 leads to a port of this machine. */
public final class CTorService implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final Process process;
    private final Path folder;

    private CTorService(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /** Starts it in an empty folder, and returns once it is in the network; its descriptor may not be out by then. */
    public static CTorService start(List<String> network, int targetPort, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        List<String> lines = new ArrayList<>(network);
        lines.addAll(List.of(
                "SocksPort 0",
                "DataDirectory " + folder.resolve("data"),
                "HiddenServiceDir " + folder.resolve("service"),
                "HiddenServicePort 80 127.0.0.1:" + targetPort,
                "PathsNeededToBuildCircuits 0.67",
                "ProtocolWarnings 1",
                "Log notice file " + folder.resolve("notice.log"),
                "__OwningControllerProcess " + ProcessHandle.current().pid()));
        Path torrc = Files.write(folder.resolve("torrc"), lines);
        Process process = new ProcessBuilder(Programs.find("tor").orElseThrow().toString(), "-f", torrc.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stdout.log").toFile())
                .start();
        CTorService service = new CTorService(process, folder);
        Path log = folder.resolve("notice.log");
        try {
            Await.until("C tor's onion service to bootstrap", START_LIMIT, () -> {
                if (!process.isAlive()) {
                    throw new IOException("it ended: " + Files.readString(folder.resolve("stdout.log")));
                }
                return Files.exists(log) && Files.readString(log).contains("Bootstrapped 100%");
            });
        } catch (TimeoutException e) {
            service.close();
            throw e;
        }
        return service;
    }

    /** Its address, ending in {@code .onion}. */
    public String address() throws IOException {
        return Files.readString(folder.resolve("service/hostname")).strip();
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
