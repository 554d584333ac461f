package org.onion4j.examples;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.StreamOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resolve}: the addresses of a name, as an exit sees them. */
@Command(name = "resolve", description = "Looks up a name through the network and prints its addresses, one a line.")
final class ResolveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "the name to look up")
    private String name;

    @Mixin
    private NetworkOptions network;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (OnionClient client = network.open(null, err)) {
            StreamOptions options =
                    StreamOptions.builder().timeout(network.firstRequestTime()).build();
            CompletableFuture<List<InetAddress>> request = client.resolveAsync(name, options);
            for (InetAddress address : NetworkOptions.bootstrapFor(request, client, err)) {
                out.println(address.getHostAddress());
            }
            return ExitStatus.SUCCESS;
        } catch (OnionException e) {
            throw NetworkOptions.failure("cannot resolve " + name, e);
        }
    }
}
