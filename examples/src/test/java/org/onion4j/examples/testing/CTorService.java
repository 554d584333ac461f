package org.onion4j.examples.testing;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** An onion service of C tor's, on a network that others run: its port 80 leads to a port of this machine. */
public final class CTorService implements AutoCloseable {
    private final CTorProcess tor;

    private CTorService(CTorProcess tor) {
        this.tor = tor;
    }

    /** Starts it in an empty folder, and returns once it is in the network; its descriptor may not be out by then. */
    public static CTorService start(List<String> network, int targetPort, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        return start(
                network,
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), targetPort),
                folder);
    }

    /** The same for a server at any address. */
    public static CTorService start(List<String> network, InetSocketAddress target, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        return start(network, target, folder, List.of());
    }

    /**
     * The same with more lines of configuration.
     *
     * @param more of the service; what they ask C tor to log goes to a file of their own
     */
    public static CTorService start(List<String> network, InetSocketAddress target, Path folder, List<String> more)
            throws IOException, InterruptedException, TimeoutException {
        List<String> role = new ArrayList<>(List.of(
                "SocksPort 0",
                "ProtocolWarnings 1",
                "HiddenServiceDir " + folder.resolve("service"),
                "HiddenServicePort 80 " + InetAddresses.toUriString(target.getAddress()) + ":" + target.getPort()));
        role.addAll(more);
        CTorProcess tor = CTorProcess.start(network, role, folder);
        tor.awaitBootstrapped("C tor's onion service");
        return new CTorService(tor);
    }

    /** One process with several services, all for the same server; {@link #addresses} tells them. */
    public static CTorService startSeveral(int count, List<String> network, int targetPort, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        List<String> role = new ArrayList<>(List.of("SocksPort 0"));
        for (int i = 0; i < count; i++) {
            role.add("HiddenServiceDir " + folder.resolve("service" + i));
            role.add("HiddenServicePort 80 127.0.0.1:" + targetPort);
        }
        CTorProcess tor = CTorProcess.start(network, role, folder);
        tor.awaitBootstrapped("C tor's onion services");
        return new CTorService(tor);
    }

    /** The addresses of services that were started together. */
    public List<String> addresses() throws IOException {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; Files.exists(tor.folder().resolve("service" + i)); i++) {
            addresses.add(Files.readString(tor.folder().resolve("service" + i + "/hostname"))
                    .strip());
        }
        return addresses;
    }

    /** Its address, ending in {@code .onion}. */
    public String address() throws IOException {
        return Files.readString(tor.folder().resolve("service/hostname")).strip();
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
