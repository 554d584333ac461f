package org.onion4j.examples;

import com.google.common.net.HostAndPort;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionClientKey;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionKeyException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: an onion service whose streams go to a server, until it is ended. */
@Command(
        name = "serve",
        description = "Hosts an onion service that leads to a server, until it is ended. Prints its address, then"
                + " 'published' once clients can find it.")
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "VIRTUAL", required = true, description = "the service's port")
    private int port;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            required = true,
            description = "the server that gets the streams, such as 127.0.0.1:8080 or [::1]:8080")
    private String to;

    @Option(
            names = "--authorize",
            paramLabel = "CLIENT_PUBLIC_KEY",
            description = "lets this client find the service, and others only if they are given, too: 52 characters of"
                    + " base32, or a line of C tor's authorized_clients")
    private List<String> authorized = List.of();

    @Mixin
    private NetworkOptions network;

    @Mixin
    private StateOption state;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        OnionServiceConfig config = config(err);
        try (OnionClient client = network.open(state.directory(), err);
                OnionService service = client.host(config)) {
            Runtime.getRuntime().addShutdownHook(new Thread(client::close, "end of serve"));
            out.println(service.address());
            out.flush();
            NetworkOptions.bootstrap(client, err);
            service.awaitPublished(network.firstRequestTime());
            out.println("published");
            out.flush();
            new CountDownLatch(1).await(); // until the process is told to end
            return ExitStatus.SUCCESS;
        } catch (OnionException e) {
            throw NetworkOptions.failure("cannot host an onion service", e);
        }
    }

    private OnionServiceConfig config(PrintWriter err) throws CommandException {
        if (port < 1 || port > 65535) {
            throw CommandException.badArgument("--port takes a number from 1 to 65535, not " + port);
        }
        OnionServiceConfig.Builder builder =
                OnionServiceConfig.builder().forward(port, target()).listener(event -> err.println(event));
        for (String key : authorized) {
            try {
                builder.authorizeClient(OnionClientKey.parse(key));
            } catch (OnionKeyException e) {
                throw CommandException.badArgument("--authorize takes a client's public key, 52 characters of base32");
            } catch (IllegalStateException e) {
                throw CommandException.badArgument("--authorize is given too often: " + e.getMessage());
            }
        }
        return builder.build();
    }

    private InetSocketAddress target() throws CommandException {
        HostAndPort target;
        try {
            target = HostAndPort.fromString(to).requireBracketsForIPv6();
        } catch (IllegalArgumentException e) {
            throw badTarget();
        }
        if (!target.hasPort() || target.getPort() == 0 || target.getHost().isEmpty()) {
            throw badTarget();
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(target.getHost()), target.getPort());
        } catch (UnknownHostException e) {
            throw CommandException.badArgument("--to names a host that is unknown here: '" + target.getHost() + "'");
        }
    }

    private CommandException badTarget() {
        return CommandException.badArgument("--to takes HOST:PORT, such as 127.0.0.1:8080, not '" + to + "'");
    }
}
