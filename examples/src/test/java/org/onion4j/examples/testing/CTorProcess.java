package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * One process of C tor with its state in a folder, where its log of what it says at notice level and above is, too. It
 * ends with this process.
 */
final class CTorProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final List<String> SET_UP =
            List.of("You have used DirAuthority", "TestingTorNetwork is set", "running Tor as root");

    private final Process process;
    private final Path folder;

    private CTorProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /** Starts it in an empty folder, on the network that the first lines describe, as what the other lines say. */
    static CTorProcess start(List<String> network, List<String> role, Path folder) throws IOException {
        List<String> lines = new ArrayList<>(network);
        lines.addAll(role);
        lines.addAll(List.of(
                "DataDirectory " + folder.resolve("data"),
                "PathsNeededToBuildCircuits 0.67",
                "Log notice file " + folder.resolve("notice.log"),
                "__OwningControllerProcess " + ProcessHandle.current().pid()));
        Path torrc = Files.write(folder.resolve("torrc"), lines);
        Process process = new ProcessBuilder(Programs.find("tor").orElseThrow().toString(), "-f", torrc.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stdout.log").toFile())
                .start();
        return new CTorProcess(process, folder);
    }

    /** Waits until the condition holds; if it doesn't, or the process ends before, ends the process and fails. */
    void await(String what, Await.Condition condition) throws InterruptedException, TimeoutException {
        try {
            Await.until(what, START_LIMIT, () -> {
                if (!process.isAlive()) {
                    throw new IOException("it ended: " + Files.readString(folder.resolve("stdout.log")));
                }
                return condition.holds();
            });
        } catch (TimeoutException e) {
            close();
            throw e;
        }
    }

    /** Waits until it says that it is in the network. */
    void awaitBootstrapped(String what) throws InterruptedException, TimeoutException {
        Path log = folder.resolve("notice.log");
        await(
                what + " to bootstrap",
                () -> Files.exists(log) && Files.readString(log).contains("Bootstrapped 100%"));
    }

    long pid() {
        return process.pid();
    }

    Path folder() {
        return folder;
    }

    List<String> log() throws IOException {
        return Files.readAllLines(folder.resolve("notice.log"));
    }

    /** Its warnings and errors, other than those about how tests are set up. */
    List<String> complaints() throws IOException {
        return log().stream()
                .filter(line -> line.contains("[warn]") || line.contains("[err]"))
                .filter(line -> SET_UP.stream().noneMatch(line::contains))
                .toList();
    }

    @Override
    public void close() {
        Programs.kill(process);
    }
}
