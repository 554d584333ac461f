package org.onion4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.Handlers;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestNetworkException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: the main job on a network of its own in this process: no Internet, no tor, no socket. */
@Command(
        name = "demo",
        description =
                "Starts an onion network in this process, fetches a page through three of its relays, and shows what"
                        + " each of them could see; then hosts an onion service and reaches it. Needs no Internet.")
final class DemoCommand implements Callable<Integer> {
    /** What examples/run sets where it prints to a terminal: from JDK 22 on, only it can tell. */
    private static final String TERMINAL = "onion4j.terminal";

    private static final String HOST = "shop.example";
    private static final int PORT = 80;
    private static final String PAGE = "Welcome to " + HOST + ", which exists inside this network alone.\n";
    private static final String GREETING = "Hello from a service that nobody can find on a map.";
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration PUBLISH_TIMEOUT = Duration.ofMinutes(1);

    @Option(names = "--seed", paramLabel = "N", description = "decides all that is random (default: ${DEFAULT-VALUE})")
    private long seed = 42;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CommandException {
        PrintWriter out = spec.commandLine().getOut();
        StepTimes times = new StepTimes(out);
        out.println("An onion network in this process: no Internet, no tor, no socket.");
        out.println();
        try (TestNetwork network =
                TestNetwork.builder().relays(6).exits(2).seed(seed).build()) {
            network.serve(HOST, PORT, Handlers.page(PAGE));
            times.step("started " + network.authorities().size() + " authorities, "
                    + (network.relays().size() - network.authorities().size()) + " relays");
            try (OnionClient client = network.newClient()) {
                ProgressBar bar = new ProgressBar(out, Boolean.getBoolean(TERMINAL));
                client.bootstrap(bar);
                bar.end();
                times.step("the client is in the network");
                fetch(client, times, out);
                CircuitPicture.of(network, HOST, PORT).forEach(out::println);
                out.println();
                try (OnionClient host = network.newClient()) {
                    meet(host, client, times, out);
                }
            }
        } catch (TestNetworkException e) {
            throw new CommandException(ExitStatus.BOOTSTRAP_FAILED, "cannot start a network: " + e.getMessage(), e);
        } catch (OnionException e) {
            throw NetworkOptions.failure("the demo failed", e);
        } catch (IOException e) {
            throw new CommandException(ExitStatus.STREAM_FAILED, "the demo failed: " + Failures.reason(e), e);
        }
        out.println();
        times.total("all of it, the network's end included");
        out.flush();
        return ExitStatus.SUCCESS;
    }

    private static void fetch(OnionClient client, StepTimes times, PrintWriter out)
            throws IOException, CommandException {
        try (OnionStream stream = client.openStream(HOST, PORT)) {
            stream.setReadTimeout(READ_TIMEOUT);
            times.step("opened a stream to " + HOST + ":" + PORT + " through three relays");
            stream.getOutputStream().write(HttpResponse.request(WebAddress.parse("http://" + HOST + "/")));
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            HttpResponse response = HttpResponse.read(stream.getInputStream());
            response.copyBody(body);
            times.step("fetched a page of " + body.size() + " bytes, status " + response.status());
            out.println();
            List.of(body.toString(StandardCharsets.UTF_8).split("\n"))
                    .forEach(line -> out.println("    | " + Failures.oneLine(line)));
            out.println();
        }
    }

    /** One client hosts an onion service, another one reaches it: neither learns where the other is. */
    private static void meet(OnionClient host, OnionClient guest, StepTimes times, PrintWriter out) throws IOException {
        OnionServiceConfig config = OnionServiceConfig.builder()
                .port(PORT, stream -> answer(stream))
                .build();
        try (OnionService service = host.host(config)) {
            times.step("a second client has keys for an onion service");
            service.awaitPublished(PUBLISH_TIMEOUT);
            times.step("its descriptor is published; no exit, no open port");
            try (OnionStream stream = guest.openStream(service.address(), PORT)) {
                stream.setReadTimeout(READ_TIMEOUT);
                times.step("the first client has met it at a rendezvous point");
                byte[] answer = stream.getInputStream().readAllBytes();
                times.step("and was answered:");
                out.println();
                out.println("    " + service.address());
                out.println("    | " + Failures.oneLine(new String(answer, StandardCharsets.UTF_8)));
            }
        }
    }

    private static void answer(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(GREETING.getBytes(StandardCharsets.UTF_8));
        }
    }
}
