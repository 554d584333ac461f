package org.onion4j.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.InvalidDestinationException.Reason;
import org.onion4j.api.OnionException;
import org.onion4j.api.UnsupportedFeatureException;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.crypto.testing.Vectors;

class DestinationRulesTest {
    private final DestinationRules rules = new DestinationRules(InternalAddresses.REFUSED);
    private final DestinationRules testRules = new DestinationRules(InternalAddresses.ALLOWED);

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com",
        "EXAMPLE.Com, example.com",
        "example.com., example.com",
        "a.b-c.d_e.example, a.b-c.d_e.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "host, host",
        "1.2.3.4a, 1.2.3.4a",
        "3com.example, 3com.example",
        "dead.beef, dead.beef",
        "exit.example, exit.example",
        "localhost.example, localhost.example",
        "8.8.8.8, 8.8.8.8",
        "2001:DB8::1, [2001:db8::1]",
        "[2001:db8::1], [2001:db8::1]",
        "2001:0db8:0000:0000:0000:0000:0000:0001, [2001:db8::1]",
        "::ffff:8.8.8.8, 8.8.8.8"
    })
    void t70_goodHosts_becomeWhatGoesOnTheWire(String host, String wire) throws Exception {
        assertThat(rules.forStream(host, 443).wireHost()).isEqualTo(wire);
        assertThat(rules.forStream(host, 443).port()).isEqualTo(443);
        assertThat(rules.forResolve(host).wireHost()).isEqualTo(wire);
        assertThat(rules.forResolve(host).port()).isZero();
    }

    static Stream<String> malformed() {
        return Stream.of(
                "",
                ".",
                "..",
                "a..b",
                ".a",
                "a\0b",
                "a\nb",
                "a b",
                "a\r\nHost: x",
                "a:b",
                "a/b",
                "a@b",
                "a%b",
                "a#b",
                "host:80",
                "*.example",
                "-a.example",
                "_a.example",
                "a.-b",
                "---",
                "bücher.example",
                "例え.テスト",
                "\u0131.example",
                "a\u3002b",
                "1",
                "127.1",
                "0177.0.0.1",
                "0x7f000001",
                "0x7f.1",
                "a.0x1",
                "a.1",
                "2130706433",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.4.",
                "999.example.1",
                "\u0661.2.3.4",
                "::g",
                "1:2:3",
                "[::1",
                "::1]",
                "[1.2.3.4]",
                "[example.com]",
                "[]",
                "fe80::1%eth0",
                "fe80::1%1",
                "::1%",
                "a".repeat(64) + ".example",
                "a.".repeat(127) + "aa",
                "http://example.com");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void t70_malformedHosts_areRefused(String host) {
        for (DestinationRules either : new DestinationRules[] {rules, testRules}) {
            assertThatThrownBy(() -> either.forStream(host, 80))
                    .isInstanceOfSatisfying(InvalidDestinationException.class, e -> {
                        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
                        if (host.length() > 3) {
                            assertThat(e.getMessage()).doesNotContain(host);
                        }
                    });
            assertThatThrownBy(() -> either.forResolve(host)).isInstanceOf(InvalidDestinationException.class);
        }
    }

    @Test
    void t70_longestName_isAllowed() throws Exception {
        String name = ("a".repeat(62) + ".").repeat(4) + "xyz";
        assertThat(name).hasSize(255);
        assertThat(rules.forStream(name, 80).host()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost.",
                "foo.localhost",
                "printer.local",
                "local",
                "a.localdomain",
                "127.0.0.1",
                "127.255.255.255",
                "0.0.0.0",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "169.254.1.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "224.0.0.1",
                "239.1.1.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::7f00:1",
                "fc00::1",
                "fdff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1"
            })
    void t70_internalHosts_areRefusedUnlessAllowed(String host) throws Exception {
        assertThatThrownBy(() -> rules.forStream(host, 80))
                .isInstanceOfSatisfying(
                        InvalidDestinationException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INTERNAL));
        assertThatThrownBy(() -> rules.forResolve(host)).isInstanceOf(InvalidDestinationException.class);
        assertThat(testRules.forStream(host, 80).port()).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.1.1.1",
                "128.0.0.1",
                "169.253.1.1",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.1.1",
                "192.169.0.0",
                "223.255.255.255",
                "1.0.0.0",
                "fbff::1",
                "fe00::1",
                "2001:db8::",
                "64:ff9b::808:808",
                "0:0:0:1::"
            })
    void t70_neighboursOfInternalRanges_arePublic(String host) throws Exception {
        assertThat(rules.forStream(host, 80).address()).isPresent();
        assertThat(rules.accepts(InetAddresses.forString(host))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "foo.exit", "www.example.com.relay.EXIT", "foo.exit."})
    void t70_exitNotation_isRefused(String host) {
        assertThatThrownBy(() -> testRules.forStream(host, 80))
                .isInstanceOfSatisfying(
                        InvalidDestinationException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.EXIT_NOTATION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion",
                "www.25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.ONION."
            })
    void t48_onionServices_areDestinationsOfStreamsAlone(String host) throws Exception {
        assertThat(rules.forStream(host, 80).onion()).isPresent();
        assertThatThrownBy(() -> rules.forResolve(host)).isInstanceOf(InvalidDestinationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"onion", "a.onion", "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sie.onion", "x.y.onion"
            })
    void t48_badOnionNames_areRefused(String host) {
        assertThatThrownBy(() -> rules.forStream(host, 80))
                .isInstanceOfSatisfying(
                        InvalidDestinationException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.ONION_ADDRESS));
    }

    @Test
    void t48_onionNamesOfVersion2_areToldThatItEnded() {
        assertThatThrownBy(() -> rules.forStream("facebookcorewwwi.onion", 80))
                .isInstanceOfSatisfying(
                        InvalidDestinationException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.ONION_VERSION_2))
                .hasMessageContaining("2021");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65536, Integer.MAX_VALUE})
    void t70_portsOutOfRange_areRefused(int port) {
        assertThatThrownBy(() -> rules.forStream("example.com", port)).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void hostnameVectors_haveTheirClasses() {
        for (Vectors.Vector vector : Vectors.of("hostnames")) {
            String host = vector.text("host");
            boolean refused = false;
            try {
                assertThat(rules.forStream(host, 80).host()).isEqualTo(host);
            } catch (OnionException e) {
                refused = true;
            }
            boolean good = vector.text("class").equals("normal")
                    || vector.text("class").equals("onion v3");
            assertThat(refused).as(host).isEqualTo(!good);
        }
    }

    @Test
    void t70_reverse_ofInternalAddresses_isRefused() throws Exception {
        assertThatThrownBy(() -> rules.forReverse(InetAddresses.forString("10.1.2.3")))
                .isInstanceOf(InvalidDestinationException.class);
        assertThat(rules.forReverse(InetAddresses.forString("8.8.8.8")).host()).isEqualTo("8.8.8.8");
        assertThat(rules.accepts(InetAddresses.forString("192.168.1.1"))).isFalse();
        assertThat(testRules.accepts(InetAddresses.forString("192.168.1.1"))).isTrue();
    }

    @Test
    void t86_textsOfDestinations_nameNoHost() throws Exception {
        Destination destination = rules.forStream("secret.example", 80);
        assertThat(destination.toString()).doesNotContain("secret");
        assertThat(StreamRequest.to(destination).toString()).doesNotContain("secret");
    }

    @Property(tries = 500)
    void anyHostAndPort_giveADestinationOrTheTypedError(@ForAll String host, @ForAll int port) {
        try {
            Destination destination = rules.forStream(host, port);
            assertThat(destination.wireHost()).matches("[a-z0-9._:\\[\\]-]{1,255}");
        } catch (OnionException e) {
            assertThat(e).isInstanceOfAny(InvalidDestinationException.class, UnsupportedFeatureException.class);
        }
    }
}
