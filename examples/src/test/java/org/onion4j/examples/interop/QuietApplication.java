package org.onion4j.examples.interop;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;

/**
 * An application that uses the network and asks for no proxy. Arguments: a network file, the port of a web server, and optionally
 * "leak", to look up one name in the wrong way. Prints {@code done} when it has used the network, and ends with its input.
 */
final class QuietApplication {
    private QuietApplication() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        try (OnionClient client = OnionClient.builder()
                .network(NetworkConfig.ofTorrc(Path.of(args[0])))
                .build()) {
            client.bootstrap(progress -> System.out.println(progress));
            for (String host : new String[] {"web.test", "WEB.test", "127.0.0.1"}) {
                fetch(client, host, port);
            }
            client.resolve("some.test");
            client.resolveReverse(InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 7}));
            fail(client, "nobody.invalid", 80);
            fail(client, "web.test", 9);
            fail(client, "with space.test", 80);
            fail(client, "localhost.", port);
            fail(client, "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", 80);
            if (args.length > 2) {
                leak();
            }
            System.out.println("done");
            while (System.in.read() >= 0) {
                // Waits to be looked at.
            }
        }
    }

    private static void fetch(OnionClient client, String host, int port) throws Exception {
        try (OnionStream stream = client.openStream(host, port)) {
            stream.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            System.out.println(new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void fail(OnionClient client, String host, int port) {
        try (OnionStream stream = client.openStream(host, port)) {
            System.out.println("unexpected: " + stream);
        } catch (InvalidDestinationException e) {
            System.out.println("not asked for: " + e);
        } catch (OnionException e) {
            System.out.println("failed: " + e);
        }
    }

    @SuppressWarnings("AddressSelection") // on purpose
    private static void leak() {
        try {
            System.out.println("unexpected: " + InetAddress.getByName("web.test"));
        } catch (java.net.UnknownHostException e) {
            System.out.println("looked up: " + e);
        }
    }
}
