package org.onion4j.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.internal.Destination;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeEngine.Asked;
import org.onion4j.api.testing.FakeStream;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * T70: whichever way a target is given, by the API, SOCKS5 or SOCKS4a, the verdict is the same, and of those that are
 * refused nobody is asked.
 */
@Timeout(30)
class SameVerdictTest {
    /** Of targets: what the API makes of them, which decides what the proxy has to say. */
    private enum Verdict {
        SERVED(0, 0x5a),
        MALFORMED(1, 0x5b),
        NOT_ALLOWED(2, 0x5b),
        NO_SERVICE(4, 0x5b);

        private final int socks5;
        private final int socks4;

        Verdict(int socks5, int socks4) {
            this.socks5 = socks5;
            this.socks4 = socks4;
        }
    }

    private record Target(String host, int port, Verdict verdict) {}

    private final FakeEngine engine = new FakeEngine();
    private OnionClient client;
    private ProxyServer proxy;

    @BeforeEach
    void start() throws Exception {
        client = OnionClient.builder().engines(config -> engine).build();
        proxy = client.openSocksProxy(0);
    }

    @AfterEach
    void stop() {
        client.close();
    }

    private static Stream<Target> of(Verdict verdict, String... hosts) {
        return Arrays.stream(hosts).map(host -> new Target(host, 80, verdict));
    }

    private static List<Target> targets() {
        List<Target> all = new ArrayList<>();
        of(
                        Verdict.SERVED,
                        "example.com",
                        "EXAMPLE.Com",
                        "example.com.",
                        "a_b.example",
                        "xn--bcher-kva.example",
                        "localhost.example",
                        "exit.example",
                        "onion.example",
                        "8.8.8.8",
                        "2001:db8::1",
                        "[2001:DB8::1]",
                        "::ffff:8.8.8.8",
                        ("a".repeat(62) + ".").repeat(4) + "xyz")
                .forEach(all::add);
        of(
                        Verdict.MALFORMED,
                        "a\nb.example",
                        "a\r\nHost: x",
                        "a b",
                        "a..b",
                        ".",
                        ".a",
                        "-a.example",
                        "a/b",
                        "a@b",
                        "a:b",
                        "host:80",
                        "http://example.com",
                        "*.example",
                        "b\u00fccher.example",
                        "\u0131.example",
                        "a\u3002b",
                        "127.1",
                        "0x7f.1",
                        "0177.0.0.1",
                        "2130706433",
                        "1.2.3.4.5",
                        "1.2.3.4.",
                        "256.1.1.1",
                        "[1.2.3.4]",
                        "[::1",
                        "::g",
                        "fe80::1%eth0",
                        "a".repeat(64) + ".example")
                .forEach(all::add);
        of(
                        Verdict.NOT_ALLOWED,
                        "foo.exit",
                        "example.com.relay.EXIT",
                        "localhost",
                        "LOCALHOST.",
                        "foo.localhost",
                        "printer.local",
                        "a.localdomain",
                        "127.0.0.1",
                        "0.0.0.0",
                        "10.1.2.3",
                        "169.254.1.1",
                        "192.168.0.1",
                        "224.0.0.1",
                        "255.255.255.255",
                        "::1",
                        "[::1]",
                        "::",
                        "::ffff:127.0.0.1",
                        "fc00::1",
                        "fe80::1",
                        "ff02::1")
                .forEach(all::add);
        of(
                        Verdict.NO_SERVICE,
                        "onion",
                        "abc.onion",
                        "www.ABC.Onion.",
                        "abcdefghij234567.onion", // of version 2
                        "a".repeat(56) + ".onion")
                .forEach(all::add);
        all.add(new Target("example.com", 0, Verdict.MALFORMED));
        return all;
    }

    private Verdict byApi(Target target) throws Exception {
        CompletableFuture<OnionStream> opening = client.openStreamAsync(target.host(), target.port());
        if (!opening.isCompletedExceptionally()) {
            engine.nextStream().answer().complete(new FakeStream());
        }
        try {
            opening.get().close();
            return Verdict.SERVED;
        } catch (ExecutionException e) {
            return switch (((InvalidDestinationException) e.getCause()).reason()) {
                case MALFORMED -> Verdict.MALFORMED;
                case ONION_ADDRESS, ONION_VERSION_2 -> Verdict.NO_SERVICE;
                default -> Verdict.NOT_ALLOWED;
            };
        }
    }

    /** Asks the proxy, and answers for the engine if that is asked. Returns the reply's code. */
    private int byProxy(Bytes request, int answerLen, int codeAt, boolean served) throws Exception {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(proxy.address());
            socket.getOutputStream().write(request.toArray());
            if (served) {
                engine.nextStream().answer().complete(new FakeStream());
            }
            byte[] answer = new byte[answerLen];
            new DataInputStream(socket.getInputStream()).readFully(answer);
            return answer[codeAt] & 0xff;
        }
    }

    private static Bytes socks5(byte[] host, int port) {
        return new WireWriter()
                .bytes(Bytes.fromHex("050100" + "05010003"))
                .u8(host.length)
                .bytes(host)
                .u16(port)
                .toBytes();
    }

    private static Bytes socks4a(byte[] host, int port) {
        return new WireWriter()
                .bytes(Bytes.fromHex("0401"))
                .u16(port)
                .bytes(Bytes.fromHex("00000001" + "00"))
                .bytes(host)
                .u8(0)
                .toBytes();
    }

    @Test
    void t70_everyWayToAsk_givesTheSameVerdict() throws Exception {
        List<Target> targets = targets();
        assertThat(targets).hasSizeGreaterThanOrEqualTo(60);
        for (Target target : targets) {
            Verdict verdict = byApi(target);
            assertThat(verdict).as(target.host()).isEqualTo(target.verdict());
            byte[] host = target.host().getBytes(UTF_8);
            boolean served = verdict == Verdict.SERVED;
            assertThat(byProxy(socks5(host, target.port()), 12, 3, served))
                    .as("SOCKS5: " + target.host())
                    .isEqualTo(verdict.socks5);
            assertThat(byProxy(socks4a(host, target.port()), 8, 1, served))
                    .as("SOCKS4a: " + target.host())
                    .isEqualTo(verdict.socks4);
            assertThat(engine.isIdle()).isTrue();
        }
    }

    /** A name with a NUL in it: SOCKS4a, where NUL ends a name, can't say it, and takes what follows as data. */
    @Test
    void t70_embeddedNul_isRefused() throws Exception {
        Target target = new Target("a\0b.example", 80, Verdict.MALFORMED);
        assertThat(byApi(target)).isEqualTo(target.verdict());
        assertThat(byProxy(socks5(target.host().getBytes(US_ASCII), 80), 12, 3, false))
                .isEqualTo(target.verdict().socks5);
        assertThat(engine.isIdle()).isTrue();
    }

    @Test
    void t70_aTargetByAddress_isTheSameAsItsText() throws Exception {
        for (String text : new String[] {"8.8.8.8", "10.1.2.3", "2001:db8::1", "fe80::1"}) {
            byte[] address = InetAddresses.forString(text).getAddress();
            boolean served = byApi(new Target(text, 80, Verdict.SERVED)) == Verdict.SERVED;
            Bytes request = new WireWriter()
                    .bytes(Bytes.fromHex("050100" + "050100" + (address.length == 4 ? "01" : "04")))
                    .bytes(address)
                    .u16(80)
                    .toBytes();
            assertThat(byProxy(request, 12, 3, served))
                    .as(text)
                    .isEqualTo(served ? Verdict.SERVED.socks5 : Verdict.NOT_ALLOWED.socks5);
        }
    }

    @Test
    void t70_whatGoesOnTheWire_isTheSameToo() throws Exception {
        for (String host : new String[] {"EXAMPLE.Com.", "[2001:DB8::1]", "8.8.8.8"}) {
            CompletableFuture<OnionStream> opening = client.openStreamAsync(host, 80);
            Destination asked = next().request().destination();
            opening.get().close();
            assertThat(sent(socks5(host.getBytes(US_ASCII), 80))).isEqualTo(asked);
            assertThat(sent(socks4a(host.getBytes(US_ASCII), 80))).isEqualTo(asked);
            assertThat(asked.wireHost()).isLowerCase().doesNotEndWith(".");
        }
    }

    private Asked<OnionStream> next() throws InterruptedException {
        Asked<OnionStream> asked = engine.nextStream();
        asked.answer().complete(new FakeStream());
        return asked;
    }

    private Destination sent(Bytes request) throws IOException, InterruptedException {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(proxy.address());
            socket.getOutputStream().write(request.toArray());
            return next().request().destination();
        }
    }
}
