package org.onion4j.examples;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fetch}: one web page through the network. */
@Command(name = "fetch", description = "Fetches one http or https URL through the network.")
final class FetchCommand implements Callable<Integer> {
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(1);
    private static final int MAX_REDIRECTIONS = 5;
    private static final Pattern COUNTRY = Pattern.compile("[A-Za-z]{2}");

    private final OutputStream stdout;

    @Parameters(paramLabel = "URL", description = "what to fetch")
    private String url;

    @Mixin
    private NetworkOptions network;

    @Mixin
    private StateOption state;

    @Option(names = "--out", paramLabel = "FILE", description = "where to put the body (default: standard output)")
    private Path out;

    @Option(names = "--exit-country", paramLabel = "CC", description = "the exit's country, as two letters")
    private String exitCountry;

    @Spec
    private CommandSpec spec;

    FetchCommand(OutputStream stdout) {
        this.stdout = stdout;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        WebAddress address = WebAddress.parse(url);
        StreamOptions.Builder options = streamOptions();
        checkOut();
        try (OnionClient client = network.open(state.directory(), err)) {
            StreamOptions later = options.build();
            StreamOptions first = options.timeout(network.firstRequestTime()).build();
            OnionStream stream = NetworkOptions.bootstrapFor(
                    client.openStreamAsync(address.host(), address.port(), first), client, err);
            fetch(client, stream, address, later);
            return ExitStatus.SUCCESS;
        } catch (OnionException e) {
            throw NetworkOptions.failure("cannot fetch " + address, e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitStatus.STREAM_FAILED, "cannot fetch " + address + ": " + Failures.reason(e), e);
        }
    }

    private StreamOptions.Builder streamOptions() throws CommandException {
        if (exitCountry == null) {
            return StreamOptions.builder();
        }
        if (!COUNTRY.matcher(exitCountry).matches()) {
            throw CommandException.badArgument(
                    "--exit-country takes a country's two letters, not '" + exitCountry + "'");
        }
        return StreamOptions.builder().exitCountry(exitCountry.toUpperCase(Locale.ROOT));
    }

    /** Finds out before anything is fetched that the body has no place to go. */
    private void checkOut() throws CommandException {
        if (out == null) {
            return;
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(out)) {
            throw CommandException.badArgument("cannot write --out " + out + ": it is a directory");
        }
        if (!Files.isDirectory(folder)) {
            throw CommandException.badArgument("cannot write --out " + out + ": there is no directory " + folder);
        }
    }

    private OutputStream openOut() throws IOException {
        return out == null ? new Unclosed(stdout) : Files.newOutputStream(out);
    }

    private void fetch(OnionClient client, OnionStream firstStream, WebAddress first, StreamOptions options)
            throws IOException, CommandException {
        OnionStream stream = firstStream;
        WebAddress address = first;
        Optional<String> elsewhere = fetchOnce(stream, address);
        for (int redirections = 0; elsewhere.isPresent(); redirections++) {
            if (redirections == MAX_REDIRECTIONS) {
                throw new IOException("the server redirects more than " + MAX_REDIRECTIONS + " times");
            }
            WebAddress next = address.resolve(elsewhere.get());
            if (address.tls() && !next.tls()) {
                throw new IOException("the server redirects from https to " + next);
            }
            address = next;
            stream = client.openStream(address.host(), address.port(), options);
            elsewhere = fetchOnce(stream, address);
        }
    }

    /** Fetches without following; gives the address that the server points to, if it does. */
    private Optional<String> fetchOnce(OnionStream opened, WebAddress address) throws IOException {
        try (OnionStream stream = opened) {
            stream.setReadTimeout(READ_TIMEOUT);
            try (Socket socket = address.tls() ? tls(stream, address) : stream.asSocket()) {
                socket.getOutputStream().write(HttpResponse.request(address));
                HttpResponse response = HttpResponse.read(socket.getInputStream());
                Optional<String> elsewhere = response.redirection();
                if (elsewhere.isPresent()) {
                    return elsewhere;
                }
                try (OutputStream body = openOut()) {
                    response.copyBody(body);
                }
                if (response.status() >= 400) {
                    throw new IOException("the server answers with the status " + response.status());
                }
                return Optional.empty();
            }
        }
    }

    private static SSLSocket tls(OnionStream stream, WebAddress address) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(stream.asSocket(), address.host(), address.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate must be this host's
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Standard output, which stays open for whoever writes next. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
