package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out which relays a running download of this process goes through, from what the operating system counts: the guard is where
 * the bytes come from, the exit has the connection to the web server, and the middle is where the exit's bytes go.
 */
public final class PathFinder {
    /** What only the download can have brought: far more than directories and handshakes cost meanwhile. */
    private static final long WATCHED_BYTES = 500_000;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern BYTES_RECEIVED = Pattern.compile("bytes_received:(\\d+)");

    /** The relays of the circuit. */
    public record Found(CTorNode guard, CTorNode middle, CTorNode exit) {}

    private PathFinder() {}

    /** Looks for the path of the one download that is now going on between this process and {@code web}. */
    public static Found ofDownload(CTorNetwork network, WebServer web)
            throws IOException, InterruptedException, TimeoutException {
        CTorNode exit = exit(network, web);
        Map<CTorNode, Long> receivedBefore = received(network);
        Map<CTorNode, Long> passedOnBefore = receivedFrom(exit, network);
        CTorNode guard = grown("the guard's bytes", () -> difference(received(network), receivedBefore), List.of(exit));
        CTorNode middle = grown(
                "the middle's bytes",
                () -> difference(receivedFrom(exit, network), passedOnBefore),
                List.of(exit, guard));
        return new Found(guard, middle, exit);
    }

    private static CTorNode exit(CTorNetwork network, WebServer web) throws IOException {
        List<Integer> peers = new ArrayList<>(web.busyPeerPorts());
        if (peers.size() != 1) {
            throw new IOException("there are " + peers.size() + " downloads, not one");
        }
        for (CTorNode node : network.nodes()) {
            boolean connected = node.isRunning()
                    && ProcNet.tcpSockets(node.pid()).stream().anyMatch(socket -> socket.localPort() == peers.get(0));
            if (connected) {
                return node;
            }
        }
        throw new IOException("the download comes from no relay of this network");
    }

    /** How many bytes this process has received from each node, on the connections that are open. */
    private static Map<CTorNode, Long> received(CTorNetwork network) throws IOException, InterruptedException {
        Map<CTorNode, Long> received = new HashMap<>();
        for (ProcNet.TcpSocket socket :
                ProcNet.tcpSockets(ProcessHandle.current().pid())) {
            for (CTorNode node : network.nodes()) {
                if (socket.established() && socket.remotePort() == node.orPort()) {
                    received.merge(node, bytesReceived(socket.localPort(), node.orPort()), Long::sum);
                }
            }
        }
        return received;
    }

    private static long bytesReceived(int localPort, int remotePort) throws IOException, InterruptedException {
        String shown = Programs.output(
                Path.of("/"),
                Duration.ofSeconds(10),
                "",
                List.of("ss", "-tinH", "sport", "=", ":" + localPort, "and", "dport", "=", ":" + remotePort));
        Matcher matcher = BYTES_RECEIVED.matcher(shown);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** How many bytes each other node has received from this one, on the connections that are open. */
    private static Map<CTorNode, Long> receivedFrom(CTorNode sender, CTorNetwork network)
            throws IOException, InterruptedException {
        List<ProcNet.TcpSocket> sending = ProcNet.tcpSockets(sender.pid());
        Map<CTorNode, Long> received = new HashMap<>();
        for (CTorNode node : network.nodes()) {
            if (node.equals(sender) || !node.isRunning()) {
                continue;
            }
            for (ProcNet.TcpSocket socket : ProcNet.tcpSockets(node.pid())) {
                boolean between = socket.established()
                        && sending.stream()
                                .anyMatch(other -> other.localPort() == socket.remotePort()
                                        && other.remotePort() == socket.localPort());
                if (between) {
                    received.merge(node, bytesReceived(socket.localPort(), socket.remotePort()), Long::sum);
                }
            }
        }
        return received;
    }

    private static Map<CTorNode, Long> difference(Map<CTorNode, Long> after, Map<CTorNode, Long> before) {
        Map<CTorNode, Long> difference = new HashMap<>();
        after.forEach((node, value) -> difference.put(node, value - before.getOrDefault(node, 0L)));
        return difference;
    }

    private interface Counter {
        Map<CTorNode, Long> count() throws IOException, InterruptedException;
    }

    /** Waits until as much as a download has come to one of the nodes, which is the one. */
    private static CTorNode grown(String what, Counter counter, List<CTorNode> without)
            throws InterruptedException, TimeoutException {
        AtomicReference<CTorNode> found = new AtomicReference<>();
        Await.until(what, LIMIT, () -> {
            Map.Entry<CTorNode, Long> most = counter.count().entrySet().stream()
                    .filter(entry -> !without.contains(entry.getKey()))
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow(() -> new IOException("there is no connection to any relay"));
            found.set(most.getKey());
            return most.getValue() >= WATCHED_BYTES;
        });
        return found.get();
    }
}
