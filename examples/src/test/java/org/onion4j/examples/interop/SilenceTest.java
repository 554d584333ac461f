package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.ProcNet;
import org.onion4j.examples.testing.ResolverTrap;
import org.onion4j.examples.testing.WebServer;

/** An application that asks for no proxy listens nowhere, and none of its names reaches the local resolver (T68). */
@CTor
class SilenceTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void application_listensNowhereAndLooksUpNothing(CTorNetwork network) throws Exception {
        try (WebServer web = WebServer.start();
                ResolverTrap trap = ResolverTrap.set(folder);
                ChildJvm child = start(trap, network, web)) {
            child.awaitLine("done", LIMIT);

            assertThat(ProcNet.tcpSockets(child.pid())).anyMatch(ProcNet.TcpSocket::established);
            assertThat(ProcNet.listeningPorts(child.pid())).isEmpty();
            assertThat(ProcNet.udpPorts(child.pid())).isEmpty();
            child.endInput();
            assertThat(child.awaitEnd(LIMIT)).isZero();
            assertThat(trap.lookups()).isZero();
        }
    }

    @Test
    void trap_noticesALookup(CTorNetwork network) throws Exception {
        try (WebServer web = WebServer.start();
                ResolverTrap trap = ResolverTrap.set(folder);
                ChildJvm child = start(trap, network, web, "leak")) {
            child.awaitLine("done", LIMIT);

            assertThat(trap.lookups()).isPositive();
        }
    }

    private ChildJvm start(ResolverTrap trap, CTorNetwork network, WebServer web, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(network.clientTorrcFile().toString(), Integer.toString(web.port())));
        arguments.addAll(List.of(more));
        return ChildJvm.start(
                folder, List.of(trap.jvmOption()), QuietApplication.class, arguments.toArray(new String[0]));
    }
}
