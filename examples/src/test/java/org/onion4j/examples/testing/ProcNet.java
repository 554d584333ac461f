package org.onion4j.examples.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The sockets of a process as Linux knows them ({@code /proc}): what no library could hide from a test. */
public final class ProcNet {
    private static final int STATE_ESTABLISHED = 0x01;
    private static final int STATE_LISTEN = 0x0a;

    /** A TCP socket; ports are 0 where there is no peer. */
    public record TcpSocket(int localPort, int remotePort, boolean listening, boolean established) {}

    private ProcNet() {}

    /** Whether this machine has the tables. */
    public static boolean isAvailable() {
        return Files.isReadable(Path.of("/proc/self/net/tcp"));
    }

    /** All TCP sockets, IPv4 and IPv6, that the process has open. */
    public static List<TcpSocket> tcpSockets(long pid) throws IOException {
        Set<String> own = socketInodes(pid);
        List<TcpSocket> sockets = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc", Long.toString(pid), "net", table);
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length > 9 && own.contains(words[9])) {
                    int state = Integer.parseInt(words[3], 16);
                    sockets.add(new TcpSocket(
                            port(words[1]), port(words[2]), state == STATE_LISTEN, state == STATE_ESTABLISHED));
                }
            }
        }
        return sockets;
    }

    /** The ports on which the process accepts connections. */
    public static Set<Integer> listeningPorts(long pid) throws IOException {
        return tcpSockets(pid).stream()
                .filter(TcpSocket::listening)
                .map(TcpSocket::localPort)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The UDP ports that the process has bound. */
    public static Set<Integer> udpPorts(long pid) throws IOException {
        Set<String> own = socketInodes(pid);
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("udp", "udp6")) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", table))) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length > 9 && own.contains(words[9])) {
                    ports.add(port(words[1]));
                }
            }
        }
        return ports;
    }

    private static int port(String addressAndPort) {
        return Integer.parseInt(addressAndPort.substring(addressAndPort.indexOf(':') + 1), 16);
    }

    private static Set<String> socketInodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        return inodes;
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closedMeanwhile) {
            return "";
        }
    }
}
