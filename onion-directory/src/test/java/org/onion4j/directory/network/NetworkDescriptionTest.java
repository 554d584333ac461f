package org.onion4j.directory.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.RealConsensus;

class NetworkDescriptionTest {
    private static final String V3 = "263DAFA1920260AE882459FBD59FC17F39BB877F";
    private static final String ID = "56AB2F72781C33EAB617D5D73FD08971FA26DC65";
    private static final String OTHER = "0123456789ABCDEF0123456789ABCDEF01234567";
    private static final String AUTHORITY =
            "DirAuthority auth0 orport=17000 no-v2 v3ident=" + V3 + " 127.0.0.1:17001 " + ID + "\n";

    private static NetworkDescription parse(String text) throws NetworkDescriptionException {
        return NetworkDescription.parse(text);
    }

    @Test
    void parse_linesOfAPrivateNetwork_givesItsAuthorities() throws Exception {
        NetworkDescription network = parse("TestingTorNetwork 1\n"
                + AUTHORITY
                + "DirAuthority auth1 orport=17003 no-v2 v3ident=F4448F546880978B91035785A20994A0908A675F"
                + " 127.0.0.1:17004 F21076907CDDA821CC38C8BCC549C705A5A73B20\n"
                + "DirAuthority auth2 orport=17006 no-v2 v3ident=1E733B029EA6E737DD9595503789798A7433B7B8"
                + " 127.0.0.1:17007 122B3AA18095081059678154D36AF1D76EAD0D30\n");

        assertThat(network.kind()).isEqualTo(NetworkDescription.Kind.TESTING);
        assertThat(network.subnets()).isEqualTo(NetworkDescription.Subnets.ANY);
        assertThat(network.fallbacks())
                .as("those of the public network are none of this one")
                .isEmpty();
        assertThat(network.warnings()).isEmpty();
        assertThat(network.votingAuthorities()).isEqualTo(network.authorities()).hasSize(3);
        Authority first = network.authorities().get(0);
        assertThat(first.nickname()).isEqualTo("auth0");
        assertThat(first.rsaIdentity()).isEqualTo(RsaIdentity.fromHex(ID));
        assertThat(first.v3Identity()).contains(RsaIdentity.fromHex(V3));
        assertThat(first.ipv4()).isEqualTo(InetAddresses.forString("127.0.0.1"));
        assertThat(first.orPort()).isEqualTo(17000);
        assertThat(first.dirPort()).isEqualTo(17001);
        assertThat(first.ipv6()).isEmpty();
        assertThat(first.weight()).isEqualTo(1.0);
    }

    @Test
    void parse_allFlagsOfAnAuthority_areUnderstood() throws Exception {
        NetworkDescription network =
                parse("dirauthority NoDe1 ORPort=1 hs no-hs bridge no-v2 weight=0.25 vote=http://1.2.3.4:1/ "
                        + "upload=x download=y ipv6=[2001:db8::1]:65535 v3ident=" + V3.toLowerCase(Locale.ROOT)
                        + " 192.0.2.1:80 56AB 2F72 781C 33EA B617  D5D7 3FD0 8971 FA26 DC65");
        Authority authority = network.authorities().get(0);
        assertThat(authority.nickname()).isEqualTo("NoDe1");
        assertThat(authority.orPort()).isEqualTo(1);
        assertThat(authority.weight()).isEqualTo(0.25);
        assertThat(authority.ipv6()).contains(new InetSocketAddress(InetAddresses.forString("2001:db8::1"), 65535));
        assertThat(authority.rsaIdentity()).isEqualTo(RsaIdentity.fromHex(ID));
        assertThat(authority.v3Identity()).contains(RsaIdentity.fromHex(V3));
        assertThat(network.warnings()).isEmpty();
        assertThat(network.kind()).isEqualTo(NetworkDescription.Kind.PUBLIC);
        assertThat(network.subnets()).isEqualTo(NetworkDescription.Subnets.DISTINCT);
    }

    @Test
    void parse_anAuthorityWithoutNicknameOrOrPort_isKeptWithAWarning() throws Exception {
        NetworkDescription network = parse("DirAuthority v3ident=" + V3 + " 192.0.2.1:80 " + ID);
        assertThat(network.authorities().get(0).nickname()).isEqualTo("unnamed");
        assertThat(network.authorities().get(0).orPort()).isZero();
        assertThat(network.warnings()).hasSize(1);
        assertThat(network.warnings().get(0).toString()).startsWith("line 1: DirAuthority: without orport=");
    }

    @Test
    void parse_bridgeAuthority_doesNotVote() throws Exception {
        NetworkDescription network =
                parse(AUTHORITY + "DirAuthority Serge orport=9001 bridge 66.111.2.131:9030 " + OTHER);
        assertThat(network.authorities()).hasSize(2);
        assertThat(network.votingAuthorities()).extracting(Authority::nickname).containsExactly("auth0");
    }

    @Test
    void parse_fallback_isUnderstoodInAnyOrder() throws Exception {
        NetworkDescription network = parse(AUTHORITY
                + "FallbackDir weight=3 id=" + OTHER + " 192.0.2.7:80 ipv6=[2001:db8::2]:443 orport=9001\n"
                + "FallbackDir 192.0.2.8 orport=443 id=" + V3 + " # without a directory port\n");
        assertThat(network.fallbacks())
                .containsExactly(
                        new FallbackDirectory(
                                RsaIdentity.fromHex(OTHER),
                                (Inet4Address) InetAddresses.forString("192.0.2.7"),
                                9001,
                                Optional.of(new InetSocketAddress(InetAddresses.forString("2001:db8::2"), 443)),
                                3.0),
                        new FallbackDirectory(
                                RsaIdentity.fromHex(V3),
                                (Inet4Address) InetAddresses.forString("192.0.2.8"),
                                443,
                                Optional.empty(),
                                1.0));
        assertThat(network.warnings()).isEmpty();
    }

    @Test
    void parse_aFallbackTwice_countsOnce() throws Exception {
        NetworkDescription network = parse(("FallbackDir 192.0.2.8 orport=443 id=" + OTHER + "\n").repeat(2));
        assertThat(network.fallbacks()).hasSize(1);
        assertThat(network.warnings()).extracting(NetworkWarning::line).containsExactly(2);
        assertThat(network.votingAuthorities()).as("the public network's").hasSize(9);
    }

    @Test
    void parse_commentsBlanksContinuationsQuotesAndLineEnds() throws Exception {
        NetworkDescription network = parse("# comment\r\n"
                + "\r\n  \t# indented\n"
                + "DirAuthority \\\n"
                + "  auth0 orport=17000 \\\n"
                + "# inside of a value\n"
                + "  v3ident=" + V3 + " 127.0.0.1:17001 " + ID + " # behind\n"
                + "TestingTorNetwork\t1 # yes\r\n"
                + "EnforceDistinctSubnets \"1\"  # quoted\n"
                + "Unknown \"a \\\" b\"");
        assertThat(network.authorities()).extracting(Authority::orPort).containsExactly(17000);
        assertThat(network.subnets()).isEqualTo(NetworkDescription.Subnets.DISTINCT);
        assertThat(network.kind()).isEqualTo(NetworkDescription.Kind.TESTING);
        assertThat(network.warnings()).extracting(NetworkWarning::line).containsExactly(10);
    }

    @Test
    void parse_nothing_isThePublicNetwork() throws Exception {
        assertThat(parse("")).isEqualTo(NetworkDescription.publicNetwork());
        assertThat(parse("# nothing here\n")).isEqualTo(NetworkDescription.publicNetwork());
        NetworkDescription oneSubnet = parse("EnforceDistinctSubnets 0");
        assertThat(oneSubnet.subnets()).isEqualTo(NetworkDescription.Subnets.ANY);
        assertThat(oneSubnet.fallbacks()).hasSize(200);
    }

    @Test
    void parse_otherOptions_areReportedWithoutTheirValues() throws Exception {
        NetworkDescription network =
                parse("SocksPort 9050\n" + AUTHORITY + "HashedControlPassword 16:SECRET\n\u0001x\u202e\n"
                        + "+EnforceDistinctSubnets 0\nEnforceDistinctSubnets 1\n");
        assertThat(network.warnings()).extracting(NetworkWarning::line).containsExactly(1, 3, 4, 6);
        assertThat(network.warnings().toString())
                .contains("SocksPort")
                .contains("HashedControlPassword")
                .contains("'?x?'")
                .doesNotContain("SECRET");
        assertThat(network.subnets()).isEqualTo(NetworkDescription.Subnets.DISTINCT);
    }

    @Test
    void parse_manyWarnings_areBounded() throws Exception {
        assertThat(parse("x\n".repeat(100_000)).warnings()).hasSize(100);
    }

    @ParameterizedTest
    @CsvSource({
        "Bridge 192.0.2.1:443, true",
        "UseBridges 1, true",
        "Bridge 192.0.2.1:443\\nUseBridges 0, false",
        "UseBridges 0\\nUseBridges 1, true",
        "ClientTransportPlugin obfs4 exec /usr/bin/obfs4proxy, false"
    })
    void parse_bridges_areKeptAndReported(String lines, boolean required) throws Exception {
        NetworkDescription network = parse(lines.replace("\\n", "\n"));
        assertThat(network.requiresBridges()).isEqualTo(required);
        assertThat(network.unsupported()).isNotEmpty();
        assertThat(network.unsupported().get(0).line()).isEqualTo(1);
        assertThat(network.warnings().get(0).message()).contains("not supported in this release");
        assertThat(network.toString()).as("a bridge's address is secret").doesNotContain("192.0.2.1:443");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DirAuthority",
                "DirAuthority auth0",
                "DirAuthority auth0 orport=1 127.0.0.1:80",
                "DirAuthority auth0 orport=0 127.0.0.1:80 " + ID,
                "DirAuthority auth0 orport=65536 127.0.0.1:80 " + ID,
                "DirAuthority auth0 orport=-1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 orport= 127.0.0.1:80 " + ID,
                "DirAuthority auth0 orport=\u0661 127.0.0.1:80 " + ID,
                "DirAuthority auth0 v3ident=12 127.0.0.1:80 " + ID,
                "DirAuthority auth0 v3ident=263DAFA1920260AE882459FBD59FC17F39BB877G 127.0.0.1:80 " + ID,
                "DirAuthority auth0 weight=NaN 127.0.0.1:80 " + ID,
                "DirAuthority auth0 weight=-1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 weight=1e9 127.0.0.1:80 " + ID,
                "DirAuthority auth0 weight=. 127.0.0.1:80 " + ID,
                "DirAuthority auth0 ipv6=[::1]:1 ipv6=[::1]:2 127.0.0.1:80 " + ID,
                "DirAuthority auth0 ipv6=::1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 ipv6=[127.0.0.1]:1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 ipv6=[::ffff:1.2.3.4]:1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 ipv6=[fe80::1%eth0]:1 127.0.0.1:80 " + ID,
                "DirAuthority auth0 127.0.0.1 " + ID,
                "DirAuthority auth0 127.0.0.1: " + ID,
                "DirAuthority auth0 127.0.0.1:0 " + ID,
                "DirAuthority auth0 127.0.0.256:80 " + ID,
                "DirAuthority auth0 127.1:80 " + ID,
                "DirAuthority auth0 1.2.3.4.example.com:80 " + ID,
                "DirAuthority auth0 127.0.0.1:80 " + ID + "0",
                "DirAuthority auth0 127.0.0.1:80 " + ID + " x",
                "FallbackDir",
                "FallbackDir 192.0.2.7:80 id=" + OTHER,
                "FallbackDir 192.0.2.7:80 orport=1",
                "FallbackDir orport=1 id=" + OTHER,
                "FallbackDir 192.0.2.7:80 192.0.2.8:80 orport=1 id=" + OTHER,
                "FallbackDir [::1]:80 orport=1 id=" + OTHER,
                "FallbackDir example.com:80 orport=1 id=" + OTHER,
                "TestingTorNetwork",
                "TestingTorNetwork yes",
                "EnforceDistinctSubnets 2",
                "UseBridges on",
                "%include /etc/tor/torrc.d",
                "DirAuthority \"auth0",
                "TestingTorNetwork \"1\" 2",
                "TestingTorNetwork \"\\x\"",
                "DirAuthority again orport=1 v3ident=" + V3 + " 127.0.0.1:80 " + OTHER,
                "DirAuthority again orport=1 v3ident=" + OTHER + " 127.0.0.1:80 " + ID
            })
    void parse_malformed_namesTheLine(String line) {
        assertThatThrownBy(() -> parse("# first\n" + AUTHORITY + line + "\n# last\n"))
                .isInstanceOfSatisfying(NetworkDescriptionException.class, e -> {
                    assertThat(e.line()).isEqualTo(3);
                    assertThat(e.getMessage()).startsWith("line 3: ").hasSizeGreaterThan(20);
                });
    }

    @Test
    void parse_testingWithoutAuthorities_isRefused() {
        assertThatThrownBy(() -> parse("\nTestingTorNetwork 1\n"))
                .isInstanceOf(NetworkDescriptionException.class)
                .hasMessageStartingWith("line 2: ");
    }

    @Test
    void parse_noAuthorityThatVotes_isRefused() {
        assertThatThrownBy(() -> parse("DirAuthority Serge orport=9001 bridge 66.111.2.131:9030 " + OTHER))
                .isInstanceOf(NetworkDescriptionException.class);
    }

    @Test
    void parse_tooLong_isRefused() {
        assertThatThrownBy(() -> parse("#".repeat(NetworkDescription.MAX_TEXT_LEN + 1)))
                .isInstanceOf(NetworkDescriptionException.class);
    }

    @Test
    void publicNetwork_hasNineVotingAuthoritiesAndTwoHundredFallbacks() {
        NetworkDescription tor = NetworkDescription.publicNetwork();
        assertThat(tor.authorities()).hasSize(10);
        assertThat(tor.votingAuthorities())
                .extracting(Authority::nickname)
                .containsExactlyInAnyOrder(
                        "moria1",
                        "tor26",
                        "dizum",
                        "gabelmoo",
                        "dannenberg",
                        "maatuska",
                        "longclaw",
                        "bastet",
                        "faravahar");
        assertThat(tor.fallbacks()).hasSize(200);
        assertThat(tor.kind()).isEqualTo(NetworkDescription.Kind.PUBLIC);
        assertThat(tor.subnets()).isEqualTo(NetworkDescription.Subnets.DISTINCT);
        assertThat(tor.warnings()).isEmpty();
        assertThat(tor.requiresBridges()).isFalse();
    }

    @Test
    void publicNetwork_agreesWithTheListsItWasMadeFrom() throws Exception {
        Path data = RealConsensus.required().resolve("data");
        NetworkDescription tor = NetworkDescription.publicNetwork();
        JsonArray authorities = json(data.resolve("public-authorities.json")).getAsJsonArray("authorities");
        assertThat(authorities).hasSameSizeAs(tor.authorities());
        for (int i = 0; i < authorities.size(); i++) {
            JsonObject expected = authorities.get(i).getAsJsonObject();
            Authority authority = tor.authorities().get(i);
            assertThat(authority.nickname()).isEqualTo(expected.get("nickname").getAsString());
            assertServer(authority, expected);
            assertThat(authority.dirPort()).isEqualTo(expected.get("dir_port").getAsInt());
            assertThat(authority.v3Identity().map(id -> (Object) id).orElse(null))
                    .isEqualTo(
                            expected.get("v3ident").isJsonNull()
                                    ? null
                                    : RsaIdentity.fromHex(
                                            expected.get("v3ident").getAsString()));
        }
        JsonArray fallbacks = json(data.resolve("public-fallbacks.json")).getAsJsonArray("fallbacks");
        assertThat(fallbacks).hasSameSizeAs(tor.fallbacks());
        for (int i = 0; i < fallbacks.size(); i++) {
            assertServer(tor.fallbacks().get(i), fallbacks.get(i).getAsJsonObject());
        }
    }

    private static void assertServer(DirectoryServer server, JsonObject expected) {
        assertThat(server.rsaIdentity())
                .isEqualTo(RsaIdentity.fromHex(expected.get("fingerprint").getAsString()));
        assertThat(server.ipv4())
                .isEqualTo(InetAddresses.forString(expected.get("ipv4").getAsString()));
        assertThat(server.orPort()).isEqualTo(expected.get("or_port").getAsInt());
        JsonElement ipv6 = expected.get("ipv6");
        if (ipv6.isJsonNull()) {
            assertThat(server.ipv6()).isEmpty();
        } else {
            assertThat(server.ipv6())
                    .contains(new InetSocketAddress(
                            InetAddresses.forString(ipv6.getAsString()),
                            expected.get("ipv6_or_port").getAsInt()));
        }
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }
}
