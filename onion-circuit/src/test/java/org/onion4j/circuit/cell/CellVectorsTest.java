package org.onion4j.circuit.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.net.InetAddresses;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class CellVectorsTest {
    /** Those of link protocols that we speak, and VERSIONS: elsewhere circuit IDs have 2 bytes. */
    static Stream<Vector> linkCells() {
        return Vectors.stream("link-cells")
                .filter(v -> v.integer("link_version") == 0 || v.integer("link_version") >= 4);
    }

    @ParameterizedTest
    @MethodSource("linkCells")
    void linkCell_encodesAndReadsBack(Vector v) throws WireFormatException {
        int version = v.integer("link_version");
        CellCommand command = CellCommand.ofWire(v.integer("command"));
        assertThat(command.isVariableLength()).isEqualTo(v.flag("variable"));
        byte[] wire = v.array("wire");
        Bytes payload = v.bytes("payload");
        if (version == 0) {
            Versions versions = (Versions) ChannelMessage.decode(command, new WireReader(payload));
            assertThat(CellFrame.encodeInitial(versions)).isEqualTo(wire);
            return;
        }
        int circuitId = (int) v.number("circuit_id");
        assertThat(CellFrame.encode(circuitId, command, payload.toArray())).isEqualTo(wire);
        assertThat(CellFrame.circuitId(wire, 0)).isEqualTo(circuitId);
        assertThat(CellFrame.command(wire, 0)).isEqualTo(command.wire());
    }

    static Stream<Vector> create2() {
        return Vectors.stream("cell-create2");
    }

    @ParameterizedTest
    @MethodSource("create2")
    void create2AndCreated2_decodeOrAreRefused(Vector v) throws WireFormatException {
        CellCommand command = v.text("cell").equals("CREATE2") ? CellCommand.CREATE2 : CellCommand.CREATED2;
        Bytes payload = v.bytes("payload");
        if (!v.flag("valid")) {
            assertThatExceptionOfType(WireFormatException.class)
                    .isThrownBy(() -> ChannelMessage.decode(command, new WireReader(payload)));
            return;
        }
        ChannelMessage message = ChannelMessage.decode(command, new WireReader(payload));
        int length = v.integer("handshake_length");
        if (message instanceof Create2 create2) {
            assertThat(create2.type().wire()).isEqualTo(v.integer("handshake_type"));
            assertThat(create2.data()).isEqualTo(payload.slice(4, 4 + length));
        } else {
            assertThat(((Created2) message).data()).isEqualTo(payload.slice(2, 2 + length));
        }
        assertThat(Bytes.copyOf(CellFrame.encode(1, message)).slice(5, 514)).isEqualTo(payload);
    }

    static Stream<Vector> netinfo() {
        return Vectors.stream("cell-netinfo");
    }

    @ParameterizedTest
    @MethodSource("netinfo")
    void netinfo_decodesOrIsRefused(Vector v) throws WireFormatException {
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertThatExceptionOfType(WireFormatException.class)
                    .isThrownBy(() -> ChannelMessage.decode(CellCommand.NETINFO, new WireReader(body)));
            return;
        }
        Netinfo netinfo = (Netinfo) ChannelMessage.decode(CellCommand.NETINFO, new WireReader(body));
        assertThat(netinfo.timestamp()).isEqualTo(v.number("time"));
        assertThat(netinfo.other().inetAddress()).contains(InetAddresses.forString(v.text("other")));
        List<Netinfo.Address> mine = new ArrayList<>();
        for (JsonElement one : v.get("mine").getAsJsonArray()) {
            mine.add(
                    one.isJsonPrimitive()
                            ? Netinfo.Address.of(InetAddresses.forString(one.getAsString()))
                            : new Netinfo.Address(
                                    one.getAsJsonObject().get("type").getAsInt(),
                                    Bytes.fromHex(
                                            one.getAsJsonObject().get("value").getAsString())));
        }
        assertThat(netinfo.mine()).containsExactlyElementsOf(mine);
        assertThat(encode(netinfo)).isEqualTo(body);
    }

    static Stream<Vector> paddingNegotiate() {
        return Vectors.stream("padding-negotiate").filter(v -> v.text("message").startsWith("cell"));
    }

    @ParameterizedTest
    @MethodSource("paddingNegotiate")
    void paddingNegotiate_decodesOrIsRefused(Vector v) throws WireFormatException {
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertThatExceptionOfType(WireFormatException.class)
                    .isThrownBy(() -> ChannelMessage.decode(CellCommand.PADDING_NEGOTIATE, new WireReader(body)));
            return;
        }
        PaddingAction action = PaddingAction.valueOf(v.text("command").toUpperCase(Locale.ROOT));
        PaddingNegotiate expected = new PaddingNegotiate(action, v.integer("low_ms"), v.integer("high_ms"));
        assertThat(ChannelMessage.decode(CellCommand.PADDING_NEGOTIATE, new WireReader(body)))
                .isEqualTo(expected);
        assertThat(encode(expected)).isEqualTo(body);
    }

    static Stream<Vector> linkHandshake() {
        return Vectors.stream("link-handshake");
    }

    @ParameterizedTest
    @MethodSource("linkHandshake")
    void linkHandshake_ofRealRelay_decodesAndEncodesToTheSame(Vector v) throws WireFormatException {
        Versions versions = (Versions) decodeAndBack(CellCommand.VERSIONS, v.bytes("versions_body"));
        assertThat(versions.versions()).containsExactly(3, 4, 5);
        assertThat(versions.highestCommon(List.of(4, 5))).hasValue(5);
        Certs certs = (Certs) decodeAndBack(CellCommand.CERTS, v.bytes("certs_body"));
        assertThat(certs.certs().stream().map(c -> c.type().wire())).containsExactly(1, 2, 4, 5, 7);
        assertThat(certs.body(CertType.RSA_LINK)).contains(v.bytes("tls_certificate"));
        assertThat(certs.body(CertType.RSA_AUTHENTICATE)).isEmpty();
        AuthChallenge challenge =
                (AuthChallenge) decodeAndBack(CellCommand.AUTH_CHALLENGE, v.bytes("auth_challenge_body"));
        assertThat(challenge.methods()).containsExactly(Authenticate.ED25519_SHA256_RFC5705);
        Netinfo netinfo =
                (Netinfo) ChannelMessage.decode(CellCommand.NETINFO, new WireReader(v.bytes("netinfo_body_start")));
        assertThat(netinfo.timestamp()).isBetween(v.number("now") - 86400, v.number("now") + 86400);
        assertThat(netinfo.other().inetAddress()).contains(InetAddresses.forString("127.0.0.1"));
        assertThat(netinfo.mine()).containsExactly(netinfo.other());
    }

    private static ChannelMessage decodeAndBack(CellCommand command, Bytes body) throws WireFormatException {
        ChannelMessage message = ChannelMessage.decode(command, new WireReader(body));
        assertThat(encode(message)).isEqualTo(body);
        return message;
    }

    private static Bytes encode(ChannelMessage message) {
        WireWriter out = new WireWriter();
        message.encode(out);
        return out.toBytes();
    }
}
