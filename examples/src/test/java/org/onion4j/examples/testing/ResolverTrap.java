package org.onion4j.examples.testing;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notices each name that a JVM gives to its resolver. The JVM is started with {@link #jvmOption}, which makes it look up every name in
 * a file; the file is a named pipe, and whoever opens it is heard. The look-up then finds nothing.
 */
public final class ResolverTrap implements AutoCloseable {
    private final Path pipe;
    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread listener = new Thread(this::listen, "resolver trap");

    private ResolverTrap(Path pipe) {
        this.pipe = pipe;
    }

    /** Sets a trap, with its pipe in {@code folder}. */
    public static ResolverTrap set(Path folder) throws IOException, InterruptedException {
        Path pipe = folder.resolve("hosts");
        Programs.output(folder, Duration.ofSeconds(10), "", List.of("mkfifo", pipe.toString()));
        ResolverTrap trap = new ResolverTrap(pipe);
        trap.listener.setDaemon(true);
        trap.listener.start();
        return trap;
    }

    /** What a JVM must be started with to be caught. */
    public String jvmOption() {
        return "-Djdk.net.hosts.file=" + pipe;
    }

    /** How many names have been looked up. */
    public int lookups() {
        return lookups.get();
    }

    private void listen() {
        while (!closed.get()) {
            // Opening for writing blocks until someone opens for reading.
            try {
                new FileOutputStream(pipe.toFile()).close();
                if (!closed.get()) {
                    lookups.incrementAndGet();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        closed.set(true);
        try {
            new FileInputStream(pipe.toFile()).close();
            listener.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
