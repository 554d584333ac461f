package org.onion4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.NetworkConfigException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.ProxyException;
import org.onion4j.api.StateException;
import org.onion4j.api.UnsupportedFeatureException;
import picocli.CommandLine.Option;

/** The options of every command that uses the network, and the client that they describe. */
final class NetworkOptions {
    private static final int MAX_TIMEOUT_SECONDS = 86_400;
    private static final Duration CONNECT_TIME = Duration.ofMinutes(2);

    @Option(
            names = "--network",
            paramLabel = "FILE",
            description = "the network, in lines of C tor's configuration (default: the public Tor network)")
    private Path network;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "how long joining the network may take (default: ${DEFAULT-VALUE})")
    private int timeoutSeconds = 300;

    /** A client for that network, with its state in {@code state} or, if that is null, in memory alone. */
    OnionClient open(Path state, PrintWriter err) throws CommandException {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
            throw CommandException.badArgument(
                    "--timeout takes a number from 1 to " + MAX_TIMEOUT_SECONDS + ", not " + timeoutSeconds);
        }
        if (state != null && state.toString().isEmpty()) {
            throw CommandException.badArgument("--state is empty; it takes the name of a directory");
        }
        OnionClient.Builder builder = OnionClient.builder().bootstrapTimeout(Duration.ofSeconds(timeoutSeconds));
        if (network != null) {
            builder.network(read(network, err));
        }
        if (state != null) {
            builder.stateDirectory(state);
        }
        try {
            return builder.build();
        } catch (OnionException e) {
            throw failure("cannot start", e);
        }
    }

    private static NetworkConfig read(Path file, PrintWriter err) throws CommandException {
        try {
            NetworkConfig config = NetworkConfig.ofTorrc(file);
            config.warnings().forEach(warning -> err.println(file + ": " + warning));
            return config;
        } catch (NetworkConfigException e) {
            String message = e.getCause() instanceof IOException unreadable
                    ? Failures.unreadable(file, unreadable)
                    : file + ": " + e.getMessage();
            throw new CommandException(ExitStatus.BAD_ARGUMENTS, message, e);
        }
    }

    /** How long a first request may take that is made before the network is joined. */
    Duration firstRequestTime() {
        return Duration.ofSeconds(timeoutSeconds).plus(CONNECT_TIME);
    }

    /**
     * Joins the network for a request that has been made already, and gives its result. One that can't be granted has failed
     * by then, before anything was sent.
     */
    static <T> T bootstrapFor(CompletableFuture<T> request, OnionClient client, PrintWriter err)
            throws CommandException, OnionException, InterruptedException {
        if (!request.isCompletedExceptionally()) {
            bootstrap(client, err);
        }
        try {
            return request.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OnionException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Joins the network, and says on the way how far it has come: a line for each phase. */
    static void bootstrap(OnionClient client, PrintWriter err) throws CommandException {
        try {
            client.bootstrap(new ProgressLines(err));
        } catch (OnionException e) {
            throw failure("cannot join the network", e);
        }
    }

    /** What a failure of the library means for the command. */
    static CommandException failure(String what, OnionException e) {
        int status = ExitStatus.STREAM_FAILED;
        if (e instanceof BootstrapException) {
            status = ExitStatus.BOOTSTRAP_FAILED;
        } else if (e instanceof UnsupportedFeatureException
                || e instanceof NetworkConfigException
                || e instanceof InvalidDestinationException
                || e instanceof ProxyException
                || e instanceof StateException) {
            status = ExitStatus.BAD_ARGUMENTS;
        }
        return new CommandException(status, what + ": " + e.getMessage(), e);
    }
}
