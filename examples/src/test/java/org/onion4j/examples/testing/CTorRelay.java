package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/** A relay of C tor's, no exit, that joins a network which others run. */
public final class CTorRelay implements AutoCloseable {
    private final CTorProcess tor;

    private CTorRelay(CTorProcess tor) {
        this.tor = tor;
    }

    /** Starts a relay in an empty folder on the network that the lines describe, and returns once it listens. */
    public static CTorRelay start(List<String> network, String nickname, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        int port = FreePorts.range(1);
        List<String> role = List.of(
                "AssumeReachable 1",
                "Nickname " + nickname,
                "ContactInfo a test",
                "Address 127.0.0.1",
                "ORPort 127.0.0.1:" + port + " IPv4Only",
                "SocksPort 0",
                "ExitRelay 0",
                "ExitPolicy reject *:*",
                "ShutdownWaitLength 0",
                "ProtocolWarnings 1",
                "DoSCircuitCreationEnabled 0",
                "DoSConnectionEnabled 0");
        CTorProcess tor = CTorProcess.start(network, role, folder);
        tor.await(
                "C tor's relay to make its keys and listen",
                () -> Files.exists(folder.resolve("data/fingerprint"))
                        && ProcNet.listeningPorts(tor.pid()).contains(port));
        return new CTorRelay(tor);
    }

    /** The SHA-1 of its RSA identity key, 40 capital hex digits. */
    public String fingerprint() throws IOException {
        return Files.readString(tor.folder().resolve("data/fingerprint"))
                .strip()
                .split(" ", -1)[1]
                .toUpperCase(Locale.ROOT);
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
