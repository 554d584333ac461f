package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One C tor process of a {@link CTorNetwork}, with what a test may do to it.
 *
 * <p>Threading: any thread may call anything; calls that change the process are serialised.
 */
public final class CTorNode {
    /** What the process is for. */
    public enum Kind {
        AUTHORITY("auth"),
        MIDDLE("middle"),
        EXIT("exit");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);

    private final Kind kind;
    private final String nickname;
    private final Path folder;
    private final int orPort;
    private final int dirPort;
    private Process process;

    CTorNode(Kind kind, int index, Path root, int orPort, int dirPort) {
        this.kind = kind;
        this.nickname = kind.prefix + index;
        this.folder = root.resolve(nickname);
        this.orPort = orPort;
        this.dirPort = dirPort;
    }

    public Kind kind() {
        return kind;
    }

    public String nickname() {
        return nickname;
    }

    public int orPort() {
        return orPort;
    }

    /** Where an authority answers HTTP; the other nodes have no such port. */
    int dirPort() {
        return dirPort;
    }

    /** Its DataDirectory. */
    Path folder() {
        return folder;
    }

    Path torrc() {
        return folder.resolve("torrc");
    }

    /** The SHA-1 of its RSA identity key, 40 capital hex digits. */
    public String fingerprint() throws IOException {
        return Files.readString(folder.resolve("fingerprint"))
                .strip()
                .split(" ", -1)[1]
                .toUpperCase(Locale.ROOT);
    }

    public synchronized long pid() {
        return process.pid();
    }

    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Starts the process, or starts it again after {@link #kill} or {@link #stop}, with the same keys and ports. */
    synchronized void start(Path tor) throws IOException {
        process = new ProcessBuilder(tor.toString(), "-f", torrc().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stdout.log").toFile())
                .start();
    }

    /** Ends it at once (SIGKILL), so that its connections close without a word of the protocol. */
    public synchronized void kill() {
        Programs.kill(process);
    }

    /** Asks it to end (SIGTERM) and waits. */
    public synchronized void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(SIGNAL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Stops it from running (SIGSTOP): its connections stay open and silent. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Makes it read its configuration again (SIGHUP), upon which it also retries at once the downloads that failed. */
    void reload() throws IOException, InterruptedException {
        signal("HUP");
    }

    private synchronized void signal(String name) throws IOException, InterruptedException {
        // The shell has a kill of its own; the program is missing on small installations.
        Programs.output(folder, SIGNAL_LIMIT, "", List.of("sh", "-c", "kill -" + name + " " + process.pid()));
    }

    /** The end of its log, for a failure's message. */
    String logTail() {
        StringBuilder tail = new StringBuilder();
        for (String file : List.of("notice.log", "stdout.log")) {
            try {
                List<String> lines = Files.readAllLines(folder.resolve(file), StandardCharsets.UTF_8);
                lines.subList(Math.max(0, lines.size() - 5), lines.size())
                        .forEach(line ->
                                tail.append('\n').append(nickname).append(": ").append(line));
            } catch (IOException unreadable) {
                // No such log: nothing to tell.
            }
        }
        return tail.toString();
    }

    @Override
    public String toString() {
        return nickname;
    }
}
