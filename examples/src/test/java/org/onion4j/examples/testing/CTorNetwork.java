package org.onion4j.examples.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A private Tor network of C tor processes on 127.0.0.1: authorities that vote, relays, exits, and a {@link NameServer} that the
 * exits ask. Its exits may reach loopback, so that a test's server there is this network's Internet.
 *
 * <p>It lives in a temporary folder, on ports that were free, and ends with {@link #close}, with this JVM, or (where the JVM dies
 * without a word) when its processes notice that the JVM is gone. The system property {@code onion4j.keepCtor=true} keeps the
 * folder with its logs.
 */
public final class CTorNetwork implements AutoCloseable {
    private static final Duration TOOL_LIMIT = Duration.ofMinutes(1);
    private static final Duration CACHE_LIMIT = Duration.ofSeconds(5);
    private static final int CACHE_ATTEMPTS = 12;
    private static final Duration READY_LIMIT = Duration.ofMinutes(3);
    private static final int BANDWIDTH = 1000;

    private final Path tor;
    private final Path root;
    private final NameServer names;
    private final List<CTorNode> nodes;
    private final Thread atExit = new Thread(this::end, "end of C tor network");
    private List<String> authorityLines = List.of();

    private CTorNetwork(Path tor, Path root, NameServer names, List<CTorNode> nodes) {
        this.tor = tor;
        this.root = root;
        this.names = names;
        this.nodes = nodes;
    }

    /** Starts three authorities, three middles and three exits, and returns when clients can use them. */
    public static CTorNetwork start() throws IOException, InterruptedException, TimeoutException {
        return start(3, 3, 3);
    }

    /** Starts a network of the given size, and returns when clients can use it. */
    public static CTorNetwork start(int authorities, int middles, int exits)
            throws IOException, InterruptedException, TimeoutException {
        Path tor = Programs.find("tor").orElseThrow(() -> new IOException("there is no program tor"));
        Path root = Files.createTempDirectory("onion4j-ctor");
        int firstPort = FreePorts.range(2 * (authorities + middles + exits));
        List<CTorNode> nodes = new ArrayList<>();
        Map<CTorNode.Kind, Integer> sizes = new HashMap<>();
        sizes.put(CTorNode.Kind.AUTHORITY, authorities);
        sizes.put(CTorNode.Kind.MIDDLE, middles);
        sizes.put(CTorNode.Kind.EXIT, exits);
        for (CTorNode.Kind kind : CTorNode.Kind.values()) {
            for (int i = 0; i < sizes.get(kind); i++) {
                int port = firstPort + 2 * nodes.size();
                nodes.add(new CTorNode(kind, i, root, port, port + 1));
            }
        }
        CTorNetwork network = new CTorNetwork(tor, root, NameServer.start(), List.copyOf(nodes));
        Runtime.getRuntime().addShutdownHook(network.atExit);
        try {
            network.prepare();
            for (CTorNode node : network.nodes) {
                node.start(tor);
            }
            network.awaitReady();
            return network;
        } catch (IOException | InterruptedException | TimeoutException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    public List<CTorNode> nodes() {
        return nodes;
    }

    public List<CTorNode> nodes(CTorNode.Kind kind) {
        return nodes.stream().filter(node -> node.kind() == kind).collect(Collectors.toUnmodifiableList());
    }

    /** What a client's configuration must say about this network, in C tor's syntax. */
    public List<String> clientTorrc() {
        return Stream.concat(Stream.of("TestingTorNetwork 1"), authorityLines.stream())
                .collect(Collectors.toUnmodifiableList());
    }

    /** A file that holds {@link #clientTorrc}. */
    public Path clientTorrcFile() {
        return root.resolve("client.torrc");
    }

    /** The names that the exits have asked for so far. */
    public List<String> namesAsked() {
        return names.asked();
    }

    /** Starts a node again after it was killed, and returns when it accepts connections. */
    public void restart(CTorNode node) throws IOException, InterruptedException, TimeoutException {
        node.start(tor);
        Await.until(node + " to listen", TOOL_LIMIT, () -> {
            if (!node.isRunning()) {
                throw new IOException(node + " ended" + node.logTail());
            }
            return ProcNet.listeningPorts(node.pid()).contains(node.orPort());
        });
    }

    /** Makes the keys, from which the lines for clients follow, and each node's configuration. */
    private void prepare() throws IOException, InterruptedException {
        Path resolv = Files.writeString(root.resolve("resolv.conf"), "nameserver 127.0.0.1:" + names.port() + "\n");
        Map<CTorNode, CompletableFuture<String>> fingerprints = new LinkedHashMap<>();
        for (CTorNode node : nodes) {
            Files.createDirectory(
                    node.folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            fingerprints.put(node, CompletableFuture.supplyAsync(() -> makeKeys(node)));
        }
        List<String> lines = new ArrayList<>();
        StringBuilder bandwidths = new StringBuilder();
        bandwidths.append(Instant.now().getEpochSecond()).append('\n');
        for (CTorNode node : nodes) {
            String fingerprint;
            try {
                fingerprint = fingerprints.get(node).join();
            } catch (CompletionException e) {
                throw new IOException("could not make the keys of " + node, e);
            }
            bandwidths
                    .append("node_id=$")
                    .append(fingerprint)
                    .append(" bw=")
                    .append(BANDWIDTH)
                    .append('\n');
            if (node.kind() == CTorNode.Kind.AUTHORITY) {
                lines.add(authorityLine(node, fingerprint));
            }
        }
        authorityLines = List.copyOf(lines);
        Path bandwidthFile = Files.writeString(root.resolve("bandwidths"), bandwidths);
        for (CTorNode node : nodes) {
            Files.write(node.torrc(), CTorOptions.of(node, authorityLines, resolv, bandwidthFile));
        }
        Files.write(clientTorrcFile(), clientTorrc());
    }

    /** Makes a node's keys, and returns its fingerprint. */
    private String makeKeys(CTorNode node) {
        try {
            if (node.kind() == CTorNode.Kind.AUTHORITY) {
                Path keys = Files.createDirectory(
                        node.folder().resolve("keys"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                String gencert = Programs.find("tor-gencert").orElseThrow().toString();
                Programs.output(
                        keys,
                        TOOL_LIMIT,
                        "passphrase\n",
                        List.of(
                                gencert,
                                "--create-identity-key",
                                "--passphrase-fd",
                                "0",
                                "-m",
                                "12",
                                "-a",
                                "127.0.0.1:" + node.dirPort()));
            }
            Files.write(node.torrc(), CTorOptions.forKeysOnly(node));
            String listed = Programs.output(
                    node.folder(),
                    TOOL_LIMIT,
                    "",
                    List.of(tor.toString(), "--quiet", "-f", node.torrc().toString(), "--list-fingerprint"));
            String[] words = listed.strip().split(" ", -1);
            return String.join("", List.of(words).subList(1, words.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making keys", e);
        }
    }

    private static String authorityLine(CTorNode node, String fingerprint) throws IOException {
        String v3Identity = Files.readAllLines(
                        node.folder().resolve("keys").resolve("authority_certificate"), StandardCharsets.US_ASCII)
                .stream()
                .filter(line -> line.startsWith("fingerprint "))
                .findFirst()
                .orElseThrow()
                .split(" ", -1)[1];
        return "DirAuthority " + node.nickname() + " orport=" + node.orPort() + " no-v2 v3ident=" + v3Identity
                + " 127.0.0.1:" + node.dirPort() + " " + fingerprint;
    }

    /**
     * Waits until each authority serves a consensus that lists all nodes with the flags clients look for, and each relay has that
     * consensus and all microdescriptors in its own cache, so that a client may ask any of them.
     */
    private void awaitReady() throws IOException, InterruptedException, TimeoutException {
        try {
            Await.until("a consensus with all relays", READY_LIMIT, () -> {
                requireRunning();
                for (CTorNode authority : nodes(CTorNode.Kind.AUTHORITY)) {
                    requireComplete(served(authority), "the consensus of " + authority);
                }
                return true;
            });
            for (CTorNode node : nodes) {
                awaitCache(node);
            }
        } catch (TimeoutException e) {
            String logs = nodes.stream().map(CTorNode::logTail).collect(Collectors.joining());
            TimeoutException withLogs = new TimeoutException(e.getMessage() + logs);
            withLogs.initCause(e);
            throw withLogs;
        }
    }

    /** Relays asked before there was a consensus, and would wait longer and longer before they ask again: so they are told to. */
    private void awaitCache(CTorNode node) throws IOException, InterruptedException, TimeoutException {
        TimeoutException failure = null;
        for (int i = 0; i < CACHE_ATTEMPTS; i++) {
            node.reload();
            try {
                Await.until(node + " to have the consensus", CACHE_LIMIT, () -> {
                    requireRunning();
                    requireComplete(cached(node, "cached-microdesc-consensus"), "the cache of " + node);
                    requireMicrodescriptors(node);
                    return true;
                });
                return;
            } catch (TimeoutException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private void requireRunning() throws IOException {
        for (CTorNode node : nodes) {
            if (!node.isRunning()) {
                throw new IOException(node + " ended" + node.logTail());
            }
        }
    }

    private static List<String> served(CTorNode authority) throws IOException {
        URI uri =
                URI.create("http://127.0.0.1:" + authority.dirPort() + "/tor/status-vote/current/consensus-microdesc");
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(2000);
        connection.setReadTimeout(2000);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } finally {
            connection.disconnect();
        }
    }

    private static List<String> cached(CTorNode node, String file) throws IOException {
        return Files.readAllLines(node.folder().resolve(file), StandardCharsets.ISO_8859_1);
    }

    private void requireComplete(List<String> consensus, String where) throws IOException {
        Map<String, Set<String>> flags = new HashMap<>();
        String nickname = "";
        for (String line : consensus) {
            if (line.startsWith("r ")) {
                nickname = line.split(" ", -1)[1];
            } else if (line.startsWith("s")) {
                flags.put(nickname, new HashSet<>(List.of(line.split(" ", -1))));
            }
        }
        for (CTorNode node : nodes) {
            Set<String> have = flags.getOrDefault(node.nickname(), Set.of());
            Set<String> need = switch (node.kind()) {
                case AUTHORITY -> Set.of("Authority", "Running", "V2Dir");
                case MIDDLE -> Set.of("Guard", "Running", "V2Dir");
                case EXIT -> Set.of("Exit", "Guard", "Running", "V2Dir");
            };
            if (!have.containsAll(need)) {
                throw new IOException(where + " has " + node + " with the flags " + have);
            }
        }
    }

    private void requireMicrodescriptors(CTorNode node) throws IOException {
        long known = Stream.of("cached-microdescs", "cached-microdescs.new")
                .map(file -> node.folder().resolve(file))
                .filter(Files::exists)
                .flatMap(file -> readLines(file).stream())
                .filter(line -> line.startsWith("onion-key"))
                .count();
        if (known < nodes.size()) {
            throw new IOException("the cache of " + node + " has " + known + " microdescriptors");
        }
    }

    private static List<String> readLines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException movedAway) {
            return List.of();
        }
    }

    /** Ends all processes and deletes the folder. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyEnding) {
            return;
        }
        end();
    }

    private void end() {
        names.close();
        for (CTorNode node : nodes) {
            if (node.isRunning()) {
                node.kill();
            }
        }
        if (!Boolean.getBoolean("onion4j.keepCtor")) {
            deleteTree(root);
        }
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "C tor network in " + root + ": "
                + IntStream.range(0, nodes.size())
                        .mapToObj(i -> nodes.get(i).nickname())
                        .collect(Collectors.joining(" "));
    }
}
