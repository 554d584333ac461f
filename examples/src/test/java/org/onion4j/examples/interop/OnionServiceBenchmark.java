package org.onion4j.examples.interop;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.examples.Main;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.CTorService;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.SocksClient;
import org.onion4j.examples.testing.WebServer;

/**
 * Onion services of ours and of C tor's beside each other: clients and services are processes of their own on one network of
 * C tor's, all pairs take their turns in each round, and a different one begins each round. Measured are the time from the
 * application's connection to the client's SOCKS port to the first byte of a service that this client has never heard of, the
 * same with the descriptor known and a circuit of its own, and the throughput of one download. No test: run {@link #main},
 * with the rounds, the rounds of downloads, their MiB, and, if there is one already, the file that describes the network.
 */
public final class OnionServiceBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** Between two first bytes: for both clients to build ahead what they build ahead. */
    private static final Duration PAUSE = Duration.ofMillis(2500);

    /** Services that are visited before anything is measured, so that all code has run. */
    private static final int WARM_UP = 4;

    private static final int TICKS_PER_SECOND = 100;

    private record Client(String name, int socksPort, long pid) {}

    private record Services(String name, List<String> addresses, long pid) {}

    private record Pair(Client client, Services services) {
        @Override
        public String toString() {
            return client.name() + " -> " + services.name();
        }
    }

    private final List<Pair> pairs;
    private final Map<String, Map<Pair, List<Double>>> figures = new LinkedHashMap<>();
    private int visits; // each with a SOCKS user of its own, so that it has a circuit of its own

    private OnionServiceBenchmark(List<Pair> pairs) {
        this.pairs = pairs;
    }

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        int bulkRounds = Integer.parseInt(args[1]);
        int mib = Integer.parseInt(args[2]);
        Path folder = Files.createTempDirectory("onion4j-services");
        if (args.length > 3) {
            run(Path.of(args[3]), folder, rounds, bulkRounds, mib);
        } else {
            try (CTorNetwork network = CTorNetwork.start()) {
                run(network.clientTorrcFile(), folder, rounds, bulkRounds, mib);
            }
        }
    }

    private static void run(Path network, Path folder, int rounds, int bulkRounds, int mib) throws Exception {
        int count = rounds + WARM_UP;
        List<String> torrc = new ArrayList<>(Files.readAllLines(network));
        torrc.add("Schedulers Vanilla"); // KIST waits up to 10 ms, which is more than all this takes here
        try (WebServer web = WebServer.start();
                ChildJvm ourServices = ChildJvm.start(
                        folder,
                        List.of(),
                        Host.class,
                        network.toString(),
                        Integer.toString(web.port()),
                        Integer.toString(count));
                ChildJvm ourClient = ChildJvm.start(
                        folder, List.of(), Main.class, "socks", "--port", "0", "--network", network.toString());
                CTorService theirServices =
                        CTorService.startSeveral(count, torrc, web.port(), sub(folder, "services"));
                CTorClient theirClient = CTorClient.start(torrc, sub(folder, "client"))) {
            int port = Integer.parseInt(ourClient
                    .awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", LIMIT)
                    .group(1));
            ourClient.awaitLine("ready", LIMIT);
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                addresses.add(ourServices.awaitLine("(.*\\.onion)", LIMIT).group(1));
            }
            Client theirs = new Client("C tor", theirClient.socksPort(), theirClient.pid());
            Client ours = new Client("Onion4J", port, ourClient.pid());
            Services ofTheirs = new Services("C tor", theirServices.addresses(), theirServices.pid());
            Services ofOurs = new Services("Onion4J", addresses, ourServices.pid());
            OnionServiceBenchmark benchmark = new OnionServiceBenchmark(List.of(
                    new Pair(theirs, ofTheirs),
                    new Pair(ours, ofOurs),
                    new Pair(ours, ofTheirs),
                    new Pair(theirs, ofOurs)));
            System.out.println("load before: " + load());
            benchmark.warmUp();
            benchmark.measure(rounds, bulkRounds, mib);
            System.out.println("load after:  " + load());
            benchmark.print();
        }
    }

    private static Path sub(Path folder, String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).strip();
    }

    private void warmUp() throws Exception {
        for (Pair pair : pairs) {
            for (int i = 0; i < WARM_UP; i++) {
                String address = pair.services().addresses().get(i);
                Await.until(pair + " to meet", LIMIT, () -> firstByte(pair.client(), address) >= 0);
            }
            download(pair, 8 << 20);
        }
    }

    private void measure(int rounds, int bulkRounds, int mib) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (Pair pair : inTurn(round)) {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                String address = pair.services().addresses().get(WARM_UP + round);
                note("new service, ms to first byte", pair, () -> firstByte(pair.client(), address));
            }
            for (Pair pair : inTurn(round)) {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                String address = pair.services().addresses().get(WARM_UP + round);
                note("known service, new circuit, ms to first byte", pair, () -> firstByte(pair.client(), address));
            }
        }
        for (int round = 0; round < bulkRounds; round++) {
            for (Pair pair : inTurn(round)) {
                long clientTicks = cpuTicks(pair.client().pid());
                long serviceTicks = cpuTicks(pair.services().pid());
                note("download, MiB/s", pair, () -> mib / download(pair, (long) mib << 20));
                note(
                        "client, CPU s/GiB",
                        pair,
                        () -> perGib(cpuTicks(pair.client().pid()) - clientTicks, mib));
                note(
                        "service, CPU s/GiB",
                        pair,
                        () -> perGib(cpuTicks(pair.services().pid()) - serviceTicks, mib));
            }
        }
    }

    private List<Pair> inTurn(int round) {
        List<Pair> turn = new ArrayList<>(pairs);
        Collections.rotate(turn, -round);
        return turn;
    }

    private static double perGib(long ticks, int mib) {
        return (double) ticks / TICKS_PER_SECOND * 1024 / mib;
    }

    private interface Figure {
        double take() throws IOException;
    }

    private void note(String name, Pair pair, Figure figure) {
        List<Double> all = figures.computeIfAbsent(name, key -> new LinkedHashMap<>())
                .computeIfAbsent(pair, key -> new ArrayList<>());
        try {
            all.add(figure.take());
        } catch (IOException e) {
            System.out.println(pair + ", " + name + ": " + e.getMessage());
        }
    }

    private double firstByte(Client client, String address) throws IOException {
        visits++;
        long begun = System.nanoTime();
        try (Socket socket = SocksClient.connect(client.socksPort(), "visit" + visits, address, 80)) {
            ask(socket, "/");
            if (socket.getInputStream().read() < 0) {
                throw new IOException("closed before the first byte");
            }
            return (System.nanoTime() - begun) / 1e6;
        }
    }

    private static void ask(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Seconds for a download of bytes over a circuit that is there. */
    private double download(Pair pair, long size) throws IOException {
        visits++;
        String address = pair.services().addresses().get(0);
        String user = "download" + visits;
        try (Socket first = SocksClient.connect(pair.client().socksPort(), user, address, 80)) {
            ask(first, "/");
            first.getInputStream().readAllBytes();
        }
        long begun = System.nanoTime();
        try (Socket socket = SocksClient.connect(pair.client().socksPort(), user, address, 80)) {
            ask(socket, WebServer.bytesPath(size));
            InputStream in = socket.getInputStream();
            SocksClient.skipHead(in);
            Content.Digest body = new Content.Digest();
            in.transferTo(body);
            if (body.count() != size) {
                throw new IOException("only " + body.count() + " bytes came");
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** What a process has used so far, in hundredths of a second (proc(5), utime and stime). */
    private static long cpuTicks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private void print() {
        figures.forEach((name, byPair) -> {
            System.out.println(name);
            double theirs = median(byPair.get(pairs.get(0)));
            byPair.forEach((pair, all) -> System.out.printf(
                    "  %-20s median %8.2f  ratio %5.2f  of %d: least %.2f, most %.2f%n",
                    pair,
                    median(all),
                    median(all) / theirs,
                    all.size(),
                    all.stream().mapToDouble(one -> one).min().orElse(Double.NaN),
                    all.stream().mapToDouble(one -> one).max().orElse(Double.NaN)));
        });
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(one -> one).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Our services, one for each round and those to warm up, in a process of their own. */
    static final class Host {
        private Host() {}

        public static void main(String[] args) throws Exception {
            InetSocketAddress web = new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(args[1]));
            List<OnionService> services = new ArrayList<>();
            try (OnionClient client = OnionClient.builder()
                    .network(NetworkConfig.ofTorrc(Path.of(args[0])))
                    .build()) {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    services.add(client.host(OnionServiceConfig.builder()
                            .name("service" + i)
                            .forward(80, web)
                            .build()));
                }
                for (OnionService service : services) {
                    service.awaitPublished(LIMIT);
                    System.out.println(service.address());
                }
                new CountDownLatch(1).await(); // until the benchmark ends it
            }
        }
    }
}
