package org.onion4j.examples;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.ProxyServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code socks}: a SOCKS5 proxy for other programs, until it is ended. */
@Command(
        name = "socks",
        description = "Runs a SOCKS5 proxy on 127.0.0.1 until it is ended; prints 'ready' once it is in the network.")
final class SocksCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "N", required = true, description = "where to listen; 0 for any free port")
    private int port;

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
        if (port < 0 || port > 65535) {
            throw CommandException.badArgument("--port takes a number from 0 to 65535, not " + port);
        }
        try (OnionClient client = network.open(state.directory(), err);
                ProxyServer proxy = client.openSocksProxy(port)) {
            Runtime.getRuntime().addShutdownHook(new Thread(client::close, "end of socks"));
            out.println("listening on 127.0.0.1:" + proxy.port());
            out.flush();
            NetworkOptions.bootstrap(client, err);
            out.println("ready");
            out.flush();
            new CountDownLatch(1).await(); // until the process is told to end
            return ExitStatus.SUCCESS;
        } catch (OnionException e) {
            throw NetworkOptions.failure("cannot run a proxy", e);
        }
    }
}
