package org.onion4j.testnet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteStreams;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.StreamOptions;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.testnet.junit.OnionNetwork;

/** T67: streams of different isolation share no circuit, whichever way they are asked for, by what the exits saw. */
@OnionNetwork(seed = 67)
@Timeout(60)
class IsolationTest {
    private static final int STREAMS_OF_EACH = 20;
    private static final int THREADS = 4;

    /** Somebody whose streams are to be apart from everybody else's. */
    private interface Identity {
        String read(String host) throws Exception;
    }

    private static List<Identity> identities(OnionClient client, ProxyServer one, ProxyServer other) {
        List<Identity> all = new ArrayList<>();
        all.add(host -> read(client, host, StreamOptions.DEFAULT));
        for (IsolationToken token :
                new IsolationToken[] {IsolationToken.create(), IsolationToken.create(), IsolationToken.named("alice")
                }) {
            StreamOptions options = StreamOptions.builder().isolation(token).build();
            all.add(host -> read(client, host, options));
        }
        all.add(host -> read(one, host, Optional.empty()));
        all.add(host -> read(one, host, Optional.of("alice:x")));
        all.add(host -> read(one, host, Optional.of("alice:y")));
        all.add(host -> read(one, host, Optional.of("bob:x")));
        all.add(host -> read(other, host, Optional.empty()));
        all.add(host -> read(other, host, Optional.of("alice:x")));
        return all;
    }

    private static String read(OnionClient client, String host, StreamOptions options) throws IOException {
        try (OnionStream stream = client.openStream(host, 80, options)) {
            return new String(stream.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    /** Through a proxy, with a user's name and password if there are any. */
    private static String read(ProxyServer proxy, String host, Optional<String> credentials) throws IOException {
        WireWriter out = new WireWriter();
        if (credentials.isPresent()) {
            String[] parts = credentials.get().split(":", -1);
            out.u8(5).u8(2).u8(0).u8(2).u8(1); // both kinds are offered
            out.u8(parts[0].length()).bytes(parts[0].getBytes(US_ASCII));
            out.u8(parts[1].length()).bytes(parts[1].getBytes(US_ASCII));
        } else {
            out.u8(5).u8(1).u8(0);
        }
        out.u8(5)
                .u8(1)
                .u8(0)
                .u8(3)
                .u8(host.length())
                .bytes(host.getBytes(US_ASCII))
                .u16(80);
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(proxy.address());
            socket.getOutputStream().write(out.toBytes().toArray());
            byte[] answers = new byte[credentials.isPresent() ? 14 : 12];
            new DataInputStream(socket.getInputStream()).readFully(answers);
            assertThat(answers[1]).as("the method").isEqualTo((byte) (credentials.isPresent() ? 2 : 0));
            return new String(ByteStreams.toByteArray(socket.getInputStream()), US_ASCII);
        }
    }

    private static String host(int identity) {
        return "identity" + identity + ".example";
    }

    @Test
    void t67_twoHundredStreams_shareCircuitsWithTheirOwnAlone(TestNetwork network, OnionClient client)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (ProxyServer one = client.openSocksProxy(0);
                ProxyServer other = client.openSocksProxy(0)) {
            List<Identity> identities = identities(client, one, other);
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < identities.size(); i++) {
                network.serve(host(i), 80, TestNetworkTest.says(host(i)));
            }
            for (int stream = 0; stream < STREAMS_OF_EACH; stream++) {
                for (int i = 0; i < identities.size(); i++) {
                    int number = i;
                    calls.add(() -> identities.get(number).read(host(number)));
                }
            }
            List<Future<String>> answers = threads.invokeAll(calls);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(host(i % identities.size()));
            }

            Map<String, Integer> circuitsOf = circuitsOfEachHost(network);
            assertThat(circuitsOf).hasSize(identities.size());
            // Apart from each other, but not each stream by itself.
            assertThat(circuitsOf.values()).allMatch(circuits -> circuits <= STREAMS_OF_EACH / 2);
        } finally {
            threads.shutdown();
        }
    }

    /** How many circuits asked for each host; fails if one asked for two. */
    private static Map<String, Integer> circuitsOfEachHost(TestNetwork network) {
        Map<String, Integer> circuits = new HashMap<>();
        for (TestRelay exit : network.exits()) {
            for (SeenCircuit seen : exit.seen()) {
                Set<String> hosts = new HashSet<>();
                seen.destinations().forEach(destination -> hosts.add(destination.host()));
                assertThat(hosts).hasSizeLessThanOrEqualTo(1);
                hosts.forEach(host -> circuits.merge(host, 1, Integer::sum));
            }
        }
        return circuits;
    }
}
