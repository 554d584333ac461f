package org.onion4j.circuit.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.collect.ImmutableList;
import java.net.Inet6Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

class CellDecodeTest {
    /** T09: every length of the body against every claimed length of the handshake. */
    @Test
    void t09_created2_everyBodyLengthAgainstEveryClaim_acceptsOnlyWhatFits() {
        for (int bodyLength = 0; bodyLength <= CellFrame.CELL_BODY_LEN; bodyLength++) {
            int room = bodyLength - 2;
            for (int claim : new int[] {0, 1, room - 1, room, room + 1, 65535}) {
                if (claim < 0) {
                    continue;
                }
                byte[] body = new byte[bodyLength];
                if (bodyLength > 0) {
                    body[0] = (byte) (claim >>> 8);
                }
                if (bodyLength > 1) {
                    body[1] = (byte) claim;
                }
                boolean fits = bodyLength >= 2 && claim >= 1 && claim <= room && claim <= Created2.MAX_HDATA_LEN;
                assertThat(decodes(CellCommand.CREATED2, body))
                        .as("body %s, claim %s", bodyLength, claim)
                        .isEqualTo(fits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PADDING, 0",
        "RELAY, 509",
        "DESTROY, 1",
        "CREATE_FAST, 20",
        "CREATED_FAST, 40",
        "VERSIONS, 0",
        "NETINFO, 7",
        "RELAY_EARLY, 509",
        "PADDING_NEGOTIATE, 6",
        "VPADDING, 0",
        "CERTS, 1",
        "AUTH_CHALLENGE, 34",
        "AUTHENTICATE, 4"
    })
    void decode_bodyShorterThanFields_throwsWireFormat(String name, int shortest) {
        CellCommand command = java.util.stream.IntStream.range(0, 256)
                .mapToObj(CellCommand::ofWire)
                .filter(c -> c.toString().equals(name))
                .findFirst()
                .orElseThrow();
        byte[] body = new byte[shortest];
        if (command.equals(CellCommand.PADDING_NEGOTIATE)) {
            body[1] = 1;
        }
        assertThat(decodes(command, body)).isTrue();
        for (int length = 0; length < shortest; length++) {
            assertThat(decodes(command, java.util.Arrays.copyOf(body, length)))
                    .as("%s of %s bytes", name, length)
                    .isFalse();
        }
    }

    /** T01: six malformed or useless VERSIONS. */
    @ParameterizedTest
    @ValueSource(strings = {"00", "000300", "0003000400", "00030004000500"})
    void t01_versions_oddLength_throwsWireFormat(String hex) {
        assertThat(decodes(CellCommand.VERSIONS, Bytes.fromHex(hex).toArray())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0001", "00010002", "0003", "ffff"})
    void t01_versions_withoutOneOfOurs_haveNoCommon(String hex) throws WireFormatException {
        Versions versions = (Versions) decode(CellCommand.VERSIONS, Bytes.fromHex(hex));
        assertThat(versions.highestCommon(ImmutableList.of(4, 5))).isEmpty();
    }

    @Test
    void versions_repeatedAndUnordered_giveTheHighestCommon() throws WireFormatException {
        Versions versions = (Versions) decode(CellCommand.VERSIONS, Bytes.fromHex("0005000400030004ffff"));
        assertThat(versions.highestCommon(ImmutableList.of(3, 4))).hasValue(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"02 04 0001aa 04 0001bb", "02 63 0000 63 0000", "01 04 0002aa", "02 04 0001aa", "01 04 00"})
    void t02_certs_doubledTypeOrCutShort_throwsWireFormat(String hex) {
        assertThat(decodes(
                        CellCommand.CERTS, Bytes.fromHex(hex.replace(" ", "")).toArray()))
                .isFalse();
    }

    @Test
    void certs_bytesAfterTheLast_arePassedOver() throws WireFormatException {
        Certs certs = (Certs) decode(CellCommand.CERTS, Bytes.fromHex("010500024142ffffff"));
        assertThat(certs.certs()).containsExactly(new Certs.Cert(CertType.ED25519_TLS_LINK, Bytes.fromHex("4142")));
    }

    @Test
    void authChallenge_countPastTheEnd_throwsWireFormat() {
        assertThat(decodes(CellCommand.AUTH_CHALLENGE, withTail(32, "00020003")))
                .isFalse();
        assertThat(decodes(CellCommand.AUTH_CHALLENGE, withTail(32, "ffff0003")))
                .isFalse();
        assertThat(decodes(CellCommand.AUTH_CHALLENGE, withTail(32, "00010003ff")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000 0403080808 00", "00000000 060408080808 00", "00000000 0405 0808080808 00"})
    void netinfo_addressOfWrongLength_throwsWireFormat(String hex) {
        assertThat(decodes(
                        CellCommand.NETINFO, Bytes.fromHex(hex.replace(" ", "")).toArray()))
                .isFalse();
    }

    @Test
    void netinfo_mappedIpv4Address_staysIpv6() {
        Netinfo.Address address = new Netinfo.Address(6, Bytes.fromHex("00000000000000000000ffff7f000001"));
        assertThat(address.inetAddress()).containsInstanceOf(Inet6Address.class);
    }

    @Test
    void netinfoOfClient_tellsNothing() {
        WireWriter out = new WireWriter();
        Netinfo.ofClient(new Netinfo.Address(4, Bytes.fromHex("cb007105"))
                        .inetAddress()
                        .orElseThrow())
                .encode(out);
        assertThat(out.toBytes().hex()).isEqualTo("000000000404cb00710500");
    }

    @Test
    void decode_unknownCommands_keepNumberAndBody() throws WireFormatException {
        for (int wire : new int[] {1, 2, 13, 100, 127, 132, 133, 255}) {
            assertThat(decode(CellCommand.ofWire(wire), Bytes.fromHex("0102")))
                    .isEqualTo(new UnknownCell(CellCommand.ofWire(wire), Bytes.fromHex("0102")));
        }
    }

    @Test
    void frame_circuitIdWithHighestBit_keepsIt() {
        byte[] cell = CellFrame.encode(0x80000001, new Destroy(DestroyReason.NONE));
        assertThat(cell).startsWith(0x80, 0, 0, 1, 4, 0);
        assertThat(CellFrame.circuitId(cell, 0)).isEqualTo(0x80000001);
        assertThat(CellFrame.circuitId(new byte[] {9, -1, -1, -1, -1}, 1)).isEqualTo(-1);
    }

    @Test
    void frame_variableLength_tellsLengthOfBody() {
        byte[] cell = CellFrame.encode(0, new Vpadding(0xfffe));
        assertThat(cell).hasSize(CellFrame.VARIABLE_HEADER_LEN + 0xfffe);
        assertThat(CellFrame.command(cell, 0)).isEqualTo(CellCommand.VPADDING.wire());
        assertThat(CellFrame.variableBodyLength(cell, 0)).isEqualTo(0xfffe);
    }

    @Test
    void toString_ofKeyMaterial_saysNothing() {
        assertThat(new CreateFast(Bytes.copyOf(new byte[20])).toString()).doesNotContain("00");
        assertThat(new CreatedFast(Bytes.copyOf(new byte[40])).toString()).doesNotContain("00");
    }

    @Test
    void paddingNegotiate_unknownCommand_throwsWireFormat() {
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> decode(CellCommand.PADDING_NEGOTIATE, Bytes.fromHex("000300000000")));
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> decode(CellCommand.PADDING_NEGOTIATE, Bytes.fromHex("000000000000")));
    }

    private static byte[] withTail(int zeros, String hex) {
        return new WireWriter().zeros(zeros).bytes(Bytes.fromHex(hex)).toArray();
    }

    private static ChannelMessage decode(CellCommand command, Bytes body) throws WireFormatException {
        return ChannelMessage.decode(command, new WireReader(body));
    }

    private static boolean decodes(CellCommand command, byte[] body) {
        try {
            return ChannelMessage.decode(command, new WireReader(body))
                    .command()
                    .equals(command);
        } catch (WireFormatException e) {
            return false;
        }
    }
}
