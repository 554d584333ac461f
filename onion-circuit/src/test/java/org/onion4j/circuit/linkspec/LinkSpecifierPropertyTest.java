package org.onion4j.circuit.linkspec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.Inet6Address;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellArbitraries;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

class LinkSpecifierPropertyTest {
    @Test
    void everyType_hasArbitraryAndRoundTrips() {
        assertThat(Set.<Class<?>>copyOf(LinkSpecifierArbitraries.byType().keySet()))
                .isEqualTo(Set.<Class<?>>of(LinkSpecifier.class.getPermittedSubclasses()));
        LinkSpecifierArbitraries.byType()
                .forEach((type, arbitrary) -> arbitrary
                        .sampleStream()
                        .limit(20)
                        .forEach(one -> assertThat(roundTrip(List.of(one))).containsExactly(one)));
    }

    @Property(tries = 500)
    void encodeList_anyList_decodesToTheSame(@ForAll("lists") List<LinkSpecifier> list) {
        assertThat(roundTrip(list)).isEqualTo(list);
    }

    @Property(tries = 1000)
    void decodeList_anyBytes_givesListOrWireFormat(@ForAll("hostile") Bytes bytes) {
        try {
            List<LinkSpecifier> list = LinkSpecifier.decodeList(new WireReader(bytes));
            assertThat(roundTrip(list)).isEqualTo(list);
        } catch (WireFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "000512f40001f0",
                "000712f40001f0f1ff",
                "011178787878787878787878787878787878595a5a",
                "0213",
                "02",
                "0305"
            })
    void decode_lengthNotOfTheType_throwsWireFormat(String hex) {
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> LinkSpecifier.decode(new WireReader(Bytes.fromHex(hex + "00".repeat(40)))));
    }

    @Test
    void decodeList_countPastTheEnd_throwsWireFormat() {
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> LinkSpecifier.decodeList(new WireReader(Bytes.fromHex("02000612f40001f0f1"))));
    }

    @Test
    void ipv6_mappedIpv4_staysIpv6() {
        assertThat(IpAddresses.ipv6(Bytes.fromHex("00000000000000000000ffff7f000001")))
                .isInstanceOf(Inet6Address.class);
    }

    @Provide
    Arbitrary<List<LinkSpecifier>> lists() {
        Arbitrary<LinkSpecifier> any =
                Arbitraries.oneOf(LinkSpecifierArbitraries.byType().values().asList());
        return any.list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<Bytes> hostile() {
        Arbitrary<Bytes> small = Arbitraries.bytes()
                .between((byte) 0, (byte) 6)
                .array(byte[].class)
                .ofMaxSize(60)
                .map(Bytes::copyOf);
        return Arbitraries.oneOf(CellArbitraries.bytes(0, 60), small);
    }

    private static List<LinkSpecifier> roundTrip(List<? extends LinkSpecifier> list) {
        WireWriter out = new WireWriter();
        LinkSpecifier.encodeList(list, out);
        WireReader in = new WireReader(out.toBytes());
        try {
            List<LinkSpecifier> decoded = LinkSpecifier.decodeList(in);
            in.expectEnd("list");
            return decoded;
        } catch (WireFormatException e) {
            throw new AssertionError("our own encoding was refused", e);
        }
    }
}
