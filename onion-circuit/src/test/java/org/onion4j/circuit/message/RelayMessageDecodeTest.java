package org.onion4j.circuit.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.collect.ImmutableMap;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;

class RelayMessageDecodeTest {
    /** The fewest bytes of data that each command takes where they are all zero; other commands take none. */
    private static final ImmutableMap<RelayCommand, Integer> SHORTEST_ZEROS =
            ImmutableMap.<RelayCommand, Integer>builder()
                    .put(RelayCommand.END, 1)
                    .put(RelayCommand.TRUNCATE, 1)
                    .put(RelayCommand.TRUNCATED, 1)
                    .put(RelayCommand.XOFF, 1)
                    .put(RelayCommand.XON, 5)
                    .put(RelayCommand.INTRO_ESTABLISHED, 1)
                    .put(RelayCommand.INTRODUCE_ACK, 3)
                    .put(RelayCommand.ESTABLISH_RENDEZVOUS, 20)
                    .put(RelayCommand.RENDEZVOUS1, 20)
                    .buildOrThrow();
    /** Commands that take no zeros at all of 1 to 20 bytes. */
    private static final java.util.Set<RelayCommand> NO_ZEROS = java.util.Set.of(
            RelayCommand.BEGIN,
            RelayCommand.RESOLVE,
            RelayCommand.RESOLVED,
            RelayCommand.CONNECTED,
            RelayCommand.EXTEND2,
            RelayCommand.EXTENDED2,
            RelayCommand.SENDME,
            RelayCommand.ESTABLISH_INTRO,
            RelayCommand.INTRODUCE1,
            RelayCommand.INTRODUCE2,
            RelayCommand.PADDING_NEGOTIATE,
            RelayCommand.PADDING_NEGOTIATED);
    /** Of those the ones that may be empty. */
    private static final java.util.Set<RelayCommand> MAY_BE_EMPTY =
            java.util.Set.of(RelayCommand.RESOLVED, RelayCommand.CONNECTED, RelayCommand.SENDME);

    /** T12: all commands, all lengths from 0 to 20. */
    @Test
    void t12_shortMessages_allCommands_acceptOnlyWhatHasItsFields() {
        for (int wire = 0; wire < 256; wire++) {
            RelayCommand command = RelayCommand.ofWire(wire);
            for (int length = 0; length <= 20; length++) {
                boolean expected = NO_ZEROS.contains(command)
                        ? length == 0 && MAY_BE_EMPTY.contains(command)
                        : length >= SHORTEST_ZEROS.getOrDefault(command, 0);
                assertThat(decodes(command, 0, new byte[length]))
                        .as("%s of %s bytes", command, length)
                        .isEqualTo(expected);
                byte[] ones = new byte[length];
                Arrays.fill(ones, (byte) 1);
                decodes(command, 0, ones); // nothing but WireFormatException comes out
                decodes(command, 1, ones);
            }
        }
    }

    /** T12: lengths beyond the capacity of the cell. */
    @Test
    void t12_lengthAboveCapacity_anyCommand_throwsWireFormat() {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        for (int wire = 0; wire < 256; wire += 5) {
            body[0] = (byte) wire;
            for (int length = RelayBody.MAX_DATA_LEN + 1; length <= 0xffff; length += length < 600 ? 1 : 517) {
                setLength(body, length);
                assertThatExceptionOfType(WireFormatException.class).isThrownBy(() -> RelayBody.decode(body, 0));
                assertThatExceptionOfType(WireFormatException.class).isThrownBy(() -> RelayBody.checkedLength(body, 0));
            }
        }
    }

    @Test
    void t12_lengthAtCapacity_isData() throws WireFormatException {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        body[0] = 2;
        for (int length = RelayBody.MAX_DATA_LEN - 1; length <= RelayBody.MAX_DATA_LEN; length++) {
            setLength(body, length);
            assertThat(RelayBody.decode(body, 0)).isEqualTo(new Data(Bytes.copyOf(new byte[length])));
        }
    }

    /** T09: every length of the message against every claimed length of the handshake. */
    @Test
    void t09_extended2_everyLengthAgainstEveryClaim_acceptsOnlyWhatFits() {
        for (int length = 0; length <= RelayBody.MAX_DATA_LEN; length++) {
            int room = length - 2;
            for (int claim : new int[] {0, 1, room - 1, room, room + 1, 65535}) {
                if (claim < 0) {
                    continue;
                }
                byte[] data = new byte[length];
                if (length > 0) {
                    data[0] = (byte) (claim >>> 8);
                }
                if (length > 1) {
                    data[1] = (byte) claim;
                }
                boolean fits = length >= 2 && claim >= 1 && claim <= room && claim <= Created2.MAX_HDATA_LEN;
                assertThat(decodes(RelayCommand.EXTENDED2, 0, data))
                        .as("length %s, claim %s", length, claim)
                        .isEqualTo(fits);
            }
        }
    }

    /** T12: of 1 to 3 bytes no CONNECTED makes sense, nor of 4 to 24 with an address of zero. */
    @Test
    void t12_connected_shortAddress_throwsWireFormat() {
        for (int length = 1; length < 4; length++) {
            assertThat(decodes(RelayCommand.CONNECTED, 7, filled(length, 1))).isFalse();
        }
        for (int length = 1; length < 25; length++) {
            byte[] ipv6 = new byte[length];
            if (length > 4) {
                ipv6[4] = 6;
            }
            assertThat(decodes(RelayCommand.CONNECTED, 7, ipv6)).isFalse();
        }
        for (int length = 4; length < 30; length++) {
            assertThat(decodes(RelayCommand.CONNECTED, 7, filled(length, 1))).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "04, false, -1",
        "0408080808, true, -1",
        "04080808080000003c, true, 60",
        "0408080808ffffffff, true, 4294967295",
        "04080808, false, -1",
        "040808080800, false, -1",
        "0420010db8000000000000000000000001, true, -1",
        "0420010db80000000000000000000000010000003c, true, 60",
        "0620010db80000000000000000000000010000003c, false, -1",
        "0f08080808, false, -1"
    })
    void end_addressOfExitPolicyAlone_isKept(String hex, boolean hasAddress, long ttl) throws WireFormatException {
        End end = (End) decode(RelayCommand.END, 7, Bytes.fromHex(hex).toArray());
        assertThat(end.reason().wire()).isEqualTo(Bytes.fromHex(hex).get(0));
        assertThat(end.address().isPresent()).isEqualTo(hasAddress);
        assertThat(end.ttlSeconds().orElse(-1)).isEqualTo(ttl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.b:0",
                "a.b:65536",
                "a.b:-1",
                "a.b:+9",
                "a.b: 9",
                "a.b:9 ",
                "a.b:",
                "a.b",
                "::1:80",
                "a b:80",
                "[::1:80",
                "::1]:80",
                "a[b:80",
                "a\tb:80",
                "\u00e9.b:80",
                "a.b:080000",
                "[]:80",
                "[[::1]]:80x"
            })
    void begin_badTarget_throwsWireFormat(String target) {
        byte[] data = (target + "\0").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(decodes(RelayCommand.BEGIN, 7, data)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "[2001:db8::1]:443, [2001:db8::1], 443",
        "EXAMPLE.com:1, EXAMPLE.com, 1",
        "x_y.onion:65535, x_y.onion, 65535",
        "':80', '', 80"
    })
    void begin_goodTarget_isSplit(String target, String address, int port) throws WireFormatException {
        byte[] data = (target + "\0").getBytes(StandardCharsets.US_ASCII);
        assertThat(decode(RelayCommand.BEGIN, 7, data)).isEqualTo(new Begin(address, port, 0));
    }

    @Test
    void beginTo_upperCase_isSentInLowerCase() {
        assertThat(Begin.to("EXAMPLE.Com", 80, Begin.IPV6_OK).address()).isEqualTo("example.com");
    }

    @Test
    void begin_longestAddress_fitsEveryLayout() throws WireFormatException {
        Begin begin = new Begin("a".repeat(Begin.MAX_ADDRESS_LEN), 65535, 7);
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(begin, 1, (t, o, n) -> {}, body, 0);
        assertThat(RelayBody.checkedLength(body, 0)).isEqualTo(488);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Begin("a".repeat(Begin.MAX_ADDRESS_LEN + 1), 65535, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "a", "a b\0", "\u00e9\0"})
    void resolve_badName_throwsWireFormat(String name) {
        assertThat(decodes(RelayCommand.RESOLVE, 7, name.getBytes(StandardCharsets.ISO_8859_1)))
                .isFalse();
    }

    @Test
    void sendme_onStream_hasNoContent() throws WireFormatException {
        assertThat(decode(RelayCommand.SENDME, 9, Bytes.fromHex("ff0102").toArray()))
                .isEqualTo(Sendme.withoutTag());
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "01", "0000", "0100", "010014", "01001300", "010010aa", "02", "ff"})
    void t19_sendme_onCircuitMalformed_throwsWireFormat(String hex) {
        byte[] data = Bytes.fromHex(hex).toArray();
        assertThat(decodes(RelayCommand.SENDME, 0, data)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17, 19, 21, 32})
    void t19_sendme_tagOfOtherLength_throwsWireFormat(int length) {
        byte[] data = new byte[3 + length];
        data[0] = 1;
        data[2] = (byte) length;
        assertThat(decodes(RelayCommand.SENDME, 0, data)).isFalse();
    }

    @Test
    void sendme_version0WithTag_hasNone() throws WireFormatException {
        byte[] data = new byte[23];
        data[2] = 20;
        assertThat(decode(RelayCommand.SENDME, 0, data)).isEqualTo(Sendme.withoutTag());
    }

    @Test
    void connected_mappedIpv4Address_staysIpv6() throws WireFormatException {
        Connected connected = (Connected) decode(
                RelayCommand.CONNECTED,
                7,
                Bytes.fromHex("000000000600000000000000000000ffff7f0000010000003c")
                        .toArray());
        assertThat(connected.address()).containsInstanceOf(Inet6Address.class);
    }

    @Test
    void resolved_errorBesideAnswer_isPassedOver() throws WireFormatException {
        Resolved resolved = (Resolved) decode(
                RelayCommand.RESOLVED,
                7,
                Bytes.fromHex("f10000000000" + "04040808080800000001").toArray());
        assertThat(resolved.error()).isEmpty();
        assertThat(Resolved.error(Resolved.ERROR_TRANSIENT).error()).hasValue(0xf0);
    }

    @Test
    void truncated_unknownReason_isKept() throws WireFormatException {
        assertThat(decode(RelayCommand.TRUNCATED, 0, new byte[] {(byte) 200}))
                .isEqualTo(new Truncated(DestroyReason.ofWire(200)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00" + "00030000",
                "01" + "000612f40001f0f1" + "00030000",
                "01" + "0214616e617263686f696e646976696475616c697374" + "00030000",
                "02" + "000612f40001f0f1" + "0214616e617263686f696e646976696475616c697374" + "00000000",
                "02" + "000612f40001f0f1" + "0214616e617263686f696e646976696475616c697374" + "00010000",
                "02" + "000612f40001f0f1" + "0214616e617263686f696e646976696475616c697374" + "000200020000",
                "02" + "000612f40001f0f1" + "0214616e617263686f696e646976696475616c697374" + "0003000100"
            })
    void extend2_withoutIdentityAddressOrTakenHandshake_throwsWireFormat(String hex) {
        byte[] good = Bytes.fromHex(
                        "02" + "000612f40001f0f1" + "0214616e617263686f696e646976696475616c697374" + "00030000")
                .toArray();
        assertThat(decodes(RelayCommand.EXTEND2, 0, good)).isTrue();
        byte[] bad = Bytes.fromHex(hex).toArray();
        if (hex.endsWith("0003000100")) {
            bad = Arrays.copyOf(bad, bad.length - 1); // HDATA missing
        }
        assertThat(decodes(RelayCommand.EXTEND2, 0, bad)).isFalse();
    }

    @Test
    void toString_ofDestinationsAndData_saysNothingOfThem() {
        assertThat(new Begin("secret.example", 80, 1).toString()).doesNotContain("secret");
        assertThat(new Resolve("secret.example").toString()).doesNotContain("secret");
        assertThat(new Data(Bytes.fromHex("c0ffee")).toString()).doesNotContain("c0ffee");
        assertThat(Resolved.Answer.of("secret.example", 1).toString()).doesNotContain("secret");
    }

    private static byte[] filled(int length, int value) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private static void setLength(byte[] body, int length) {
        body[9] = (byte) (length >>> 8);
        body[10] = (byte) length;
    }

    private static RelayMessage decode(RelayCommand command, int streamId, byte[] data) throws WireFormatException {
        return RelayMessage.decode(command, streamId, data, 0, data.length);
    }

    private static boolean decodes(RelayCommand command, int streamId, byte[] data) {
        try {
            return decode(command, streamId, data).command().equals(command);
        } catch (WireFormatException e) {
            return false;
        }
    }
}
