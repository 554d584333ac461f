package org.onion4j.examples.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Another JVM like this one, with the same class path: a program of its own for the operating system to look at. */
public final class ChildJvm implements AutoCloseable {
    private static final String END = "\0end of output";

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildJvm(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /** Starts {@code mainClass}; what it says on standard error goes to a file in {@code folder}. */
    public static ChildJvm start(Path folder, List<String> jvmOptions, Class<?> mainClass, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
        command.addAll(List.of(args));
        Path errors = Files.createTempFile(folder, "child", ".err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        ChildJvm child = new ChildJvm(process, errors);
        Thread reader = new Thread(child::readLines, "output of " + mainClass.getSimpleName());
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void readLines() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("unreadable: " + e);
        } finally {
            lines.add(END);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for the next line of its output that matches, and passes over the ones before. */
    public Matcher awaitLine(String regex, Duration limit) throws IOException, InterruptedException, TimeoutException {
        Pattern pattern = Pattern.compile(regex);
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new TimeoutException("no line '" + regex + "' in " + limit + "; " + errors());
            }
            if (line.equals(END)) {
                throw new IOException("ended before a line '" + regex + "'; " + errors());
            }
            Matcher matcher = pattern.matcher(line);
            if (matcher.matches()) {
                return matcher;
            }
        }
    }

    /** Whether a line of its output that has not been awaited matches. */
    public boolean hasPrinted(String line) {
        return lines.contains(line);
    }

    /** What it has said on standard error. */
    public String errors() throws IOException {
        return Files.readString(errors);
    }

    /** Writes a line to its standard input. */
    public void type(String line) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** Closes its standard input, which some programs take as a sign to go on. */
    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Asks it to end (SIGTERM). */
    public void terminate() {
        process.destroy();
    }

    /** Waits for its end and gives its exit status. */
    public int awaitEnd(Duration limit) throws InterruptedException, TimeoutException, IOException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("still running after " + limit + "; " + errors());
        }
        return process.exitValue();
    }

    /** Ends it, whatever it is doing. */
    @Override
    public void close() {
        Programs.kill(process);
    }
}
