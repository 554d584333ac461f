package org.onion4j.examples.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the operating system: where they are, and one run of one of them with its output. */
public final class Programs {
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin");

    /** What one run gave: both of its output streams as text, and its exit status. */
    public record Result(int status, String out, String err) {}

    private Programs() {}

    /** Ends a process at once and waits for its end; not by a future of it, which would start threads of the JVM's common pool. */
    public static void kill(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The program's file, if it is on the PATH or in a system folder. */
    public static Optional<Path> find(String program) {
        Stream<String> path =
                Stream.ofNullable(System.getenv("PATH")).flatMap(p -> Stream.of(p.split(File.pathSeparator, -1)));
        return Stream.concat(path, SYSTEM_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs a program to its end.
     *
     * @param stdin what it reads on its standard input
     * @throws IOException if it can't be started or isn't done within {@code limit}; it is ended then
     */
    public static Result run(Path folder, Duration limit, String stdin, List<String> command)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("onion4j", ".out");
        Path err = Files.createTempFile("onion4j", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin.getBytes(StandardCharsets.UTF_8));
            } catch (IOException closedEarly) {
                // It ended without reading its input; its status tells the rest.
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException(command + " took more than " + limit.toSeconds() + " s: "
                        + Files.readString(err).strip());
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Like {@link #run}, for a program whose failure is ours too. */
    public static String output(Path folder, Duration limit, String stdin, List<String> command)
            throws IOException, InterruptedException {
        Result result = run(folder, limit, stdin, command);
        if (result.status() != 0) {
            throw new IOException(
                    command + " ended with status " + result.status() + ": " + (result.err() + result.out()).strip());
        }
        return result.out();
    }
}
