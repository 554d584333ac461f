package org.onion4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestNetworkException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code testnet}: a network on loopback for other processes, until it is ended. */
@Command(
        name = "testnet",
        description = "Runs an onion network on 127.0.0.1 until it is ended. Writes DIR/network.torrc, which C tor and"
                + " --network read; prints 'ready' once clients can join.")
final class TestnetCommand implements Callable<Integer> {
    private static final int MAX_RELAYS = 100;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            required = true,
            description = "where to write network.torrc; made if it is absent")
    private Path dir;

    @Option(names = "--relays", paramLabel = "N", description = "relays that are no exits (default: ${DEFAULT-VALUE})")
    private int relays = 6;

    @Option(names = "--exits", paramLabel = "N", description = "exits (default: ${DEFAULT-VALUE})")
    private int exits = 2;

    @Option(names = "--seed", paramLabel = "N", description = "decides the network's keys (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        check("--relays", relays, 2);
        check("--exits", exits, 1);
        if (dir.toString().isEmpty()) {
            throw CommandException.badArgument("--dir is empty; it takes the name of a directory");
        }
        Path file = dir.resolve("network.torrc");
        try (FileChannel lock = lockFile(file)) {
            if (!isLocked(lock)) {
                throw CommandException.badArgument("another network runs in " + dir);
            }
            return run(file, out);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** What makes the directory this process's own while it is locked. */
    private FileChannel lockFile(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return FileChannel.open(dir.resolve("network.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private int run(Path file, PrintWriter out) throws CommandException, InterruptedException {
        try (TestNetwork network = TestNetwork.builder()
                .loopback()
                .relays(relays)
                .exits(exits)
                .seed(seed)
                .build()) {
            Runtime.getRuntime().addShutdownHook(new Thread(network::close, "end of testnet"));
            write(network, file);
            out.println("ready");
            out.flush();
            new CountDownLatch(1).await(); // until the process is told to end
            return ExitStatus.SUCCESS;
        } catch (TestNetworkException e) {
            throw new CommandException(ExitStatus.BOOTSTRAP_FAILED, "cannot start a network: " + e.getMessage(), e);
        }
    }

    private static void check(String option, int value, int least) throws CommandException {
        if (value < least || value > MAX_RELAYS) {
            throw CommandException.badArgument(
                    option + " takes a number from " + least + " to " + MAX_RELAYS + ", not " + value);
        }
    }

    private static void write(TestNetwork network, Path file) throws CommandException {
        try {
            network.writeTorrc(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CommandException unwritable(Path file, IOException e) {
        return new CommandException(
                ExitStatus.BAD_ARGUMENTS, "cannot write " + file + ": " + Failures.unwritable(e), e);
    }
}
