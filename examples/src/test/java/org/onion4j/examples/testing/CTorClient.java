package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** C tor's own client: what works through it on a network of C tor works, so a failure elsewhere is not the network's. */
public final class CTorClient implements AutoCloseable {
    private final CTorProcess tor;
    private final int socksPort;

    private CTorClient(CTorProcess tor, int socksPort) {
        this.tor = tor;
        this.socksPort = socksPort;
    }

    /** Starts a client with its state in an empty folder, and returns once it says that it is connected. */
    public static CTorClient start(CTorNetwork network, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        return start(network.clientTorrc(), folder);
    }

    /** The same on a network that lines of its configuration describe. Keys for onion services are in {@code keys}, if any. */
    public static CTorClient start(List<String> network, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        return start(network, folder, List.of());
    }

    /** The same with more lines of configuration. */
    public static CTorClient start(List<String> network, Path folder, List<String> more)
            throws IOException, InterruptedException, TimeoutException {
        int port = FreePorts.range(1);
        List<String> role = new ArrayList<>(List.of("ClientOnly 1", "SocksPort 127.0.0.1:" + port + " ExtendedErrors"));
        role.addAll(more);
        if (Files.exists(folder.resolve("keys"))) {
            role.add("ClientOnionAuthDir " + folder.resolve("keys"));
        }
        CTorProcess tor = CTorProcess.start(network, role, folder);
        tor.awaitBootstrapped("C tor's client");
        return new CTorClient(tor, port);
    }

    public int socksPort() {
        return socksPort;
    }

    public long pid() {
        return tor.pid();
    }

    /** What it has said at notice level and above. */
    public List<String> log() throws IOException {
        return tor.log();
    }

    /** Its warnings and errors, other than those about how tests are set up. */
    public List<String> complaints() throws IOException {
        return tor.complaints();
    }

    @Override
    public void close() {
        tor.close();
    }
}
