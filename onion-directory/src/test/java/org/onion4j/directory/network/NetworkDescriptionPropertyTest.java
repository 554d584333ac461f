package org.onion4j.directory.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.RsaIdentity;

class NetworkDescriptionPropertyTest {
    private static final List<String> FRAGMENTS = Splitter.on('|')
            .splitToList(
                    "DirAuthority |FallbackDir |TestingTorNetwork |EnforceDistinctSubnets |UseBridges |Bridge |auth0 "
                            + "|orport=|v3ident=|ipv6=|weight=|id=|127.0.0.1:80 |192.0.2.1|[::1]:443 |1|0|65535 |\n|\\\n|\"|#|\\"
                            + "| |\r\n|56AB2F72781C33EAB617D5D73FD08971FA26DC65 |56AB 2F72 |no-v2 |\u0000|%|+|\u00e9|-|.");

    @Provide
    Arbitrary<String> almostTorrc() {
        return Arbitraries.of(FRAGMENTS).list().ofMaxSize(40).map(parts -> String.join("", parts));
    }

    private static void parse_givesADescriptionOrTheCheckedException(String text) {
        try {
            NetworkDescription network = NetworkDescription.parse(text);
            assertThat(network.votingAuthorities()).isNotEmpty();
            assertThat(network.warnings()).hasSizeLessThanOrEqualTo(100);
        } catch (NetworkDescriptionException e) {
            assertThat(e.line())
                    .isBetween(1, (int) text.chars().filter(c -> c == '\n').count() + 1);
            assertThat(e.getMessage()).hasSizeLessThan(400);
        }
    }

    @Property(tries = 500)
    void parse_anyText(@ForAll String text) {
        parse_givesADescriptionOrTheCheckedException(text);
    }

    @Property(tries = 1000)
    void parse_almostTorrc(@ForAll("almostTorrc") String text) {
        parse_givesADescriptionOrTheCheckedException(text);
    }

    @Property(tries = 200)
    void parse_whatWasWritten_isReadBack(
            @ForAll @Size(20) byte[] identity,
            @ForAll @Size(20) byte[] v3Identity,
            @ForAll @Size(4) byte[] address,
            @ForAll @IntRange(min = 1, max = 65535) int orPort,
            @ForAll @IntRange(min = 1, max = 65535) int dirPort)
            throws Exception {
        Inet4Address ipv4 = (Inet4Address) InetAddress.getByAddress(address);
        RsaIdentity rsa = RsaIdentity.copyOf(identity);
        RsaIdentity v3 = RsaIdentity.copyOf(v3Identity);
        String endpoint = InetAddresses.toAddrString(ipv4);
        NetworkDescription network = NetworkDescription.parse(String.format(
                Locale.ROOT,
                "DirAuthority a orport=%d v3ident=%s %s:%d %s%nFallbackDir %s orport=%d id=%s",
                orPort,
                v3.value().hex(),
                endpoint,
                dirPort,
                rsa.value().hex(),
                endpoint,
                orPort,
                rsa.value().hex()));
        assertThat(network.authorities())
                .containsExactly(
                        new Authority("a", rsa, Optional.of(v3), ipv4, orPort, dirPort, Optional.empty(), 1.0));
        assertThat(network.fallbacks())
                .containsExactly(new FallbackDirectory(rsa, ipv4, orPort, Optional.empty(), 1.0));
    }
}
