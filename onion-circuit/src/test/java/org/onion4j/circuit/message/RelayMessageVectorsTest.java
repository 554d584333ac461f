package org.onion4j.circuit.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.net.Inet6Address;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class RelayMessageVectorsTest {
    static Stream<Vector> encodings() {
        return Vectors.stream("relay-message-encode")
                .filter(v -> v.text("format").equals("v0"));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void body_isLaidOutAsShown(Vector v) throws WireFormatException {
        byte[] data = v.array("data");
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayCommand command = RelayCommand.ofWire(v.integer("command"));
        RelayBody.encode(
                command,
                v.integer("stream_id"),
                data,
                0,
                data.length,
                (t, o, n) -> java.util.Arrays.fill(t, o, o + n, (byte) 0xff),
                body,
                0);
        Bytes start = v.bytes("encoded_start");
        assertThat(Bytes.copyOf(body, 0, start.size())).isEqualTo(start);
        for (int i = start.size(); i < body.length; i++) {
            assertThat(body[i]).isEqualTo((byte) 0xff);
        }
        assertThat(RelayBody.checkedLength(body, 0)).isEqualTo(data.length);
        assertThat(Bytes.copyOf(body, RelayBody.dataOffset(0), data.length)).isEqualTo(v.bytes("data"));
    }

    static Stream<Vector> badBodies() {
        return Vectors.stream("relay-message-bad").filter(v -> v.text("format").equals("v0"));
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void badBody_closesTheCircuitOrIsUnknown(Vector v) throws WireFormatException {
        byte[] body = v.array("body");
        if (v.text("result").equals("close the circuit")) {
            assertThatExceptionOfType(WireFormatException.class).isThrownBy(() -> RelayBody.decode(body, 0));
        } else {
            RelayMessage message = RelayBody.decode(body, 0);
            assertThat(message).isInstanceOf(UnknownMessage.class);
            assertThat(message.command().isKnown()).isFalse();
        }
    }

    static Stream<Vector> begins() {
        return Vectors.stream("relay-begin");
    }

    @ParameterizedTest
    @MethodSource("begins")
    void begin_decodesOrIsRefused(Vector v) throws WireFormatException {
        RelayCommand command = v.text("command").equals("BEGIN") ? RelayCommand.BEGIN : RelayCommand.BEGIN_DIR;
        if (!v.flag("valid")) {
            assertRefused(command, v.bytes("body"));
            return;
        }
        RelayMessage expected =
                v.has("address") ? new Begin(v.text("address"), v.integer("port"), v.number("flags")) : new BeginDir();
        assertThat(decode(command, v.bytes("body"))).isEqualTo(expected);
    }

    static Stream<Vector> connecteds() {
        return Vectors.stream("relay-connected");
    }

    @ParameterizedTest
    @MethodSource("connecteds")
    void connected_decodesOrIsRefused(Vector v) throws WireFormatException {
        if (!v.flag("valid")) {
            assertRefused(RelayCommand.CONNECTED, v.bytes("body"));
            return;
        }
        Connected connected = (Connected) decode(RelayCommand.CONNECTED, v.bytes("body"));
        assertThat(connected.address().isPresent()).isEqualTo(v.has("address"));
        if (v.has("address")) {
            assertThat(connected.address()).contains(InetAddresses.forString(v.text("address")));
        }
        assertThat(connected.ttlSeconds().isPresent()).isEqualTo(v.has("ttl"));
        if (v.has("ttl")) {
            assertThat(connected.ttlSeconds()).hasValue(v.number("ttl"));
        }
    }

    static Stream<Vector> resolveds() {
        return Vectors.stream("relay-resolved");
    }

    @ParameterizedTest
    @MethodSource("resolveds")
    void resolved_decodesOrIsRefused(Vector v) throws WireFormatException {
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertRefused(RelayCommand.RESOLVED, body);
            return;
        }
        Resolved resolved = (Resolved) decode(RelayCommand.RESOLVED, body);
        ImmutableList.Builder<Resolved.Answer> expected = ImmutableList.builder();
        for (JsonElement one : v.get("answers").getAsJsonArray()) {
            JsonArray answer = one.getAsJsonArray();
            long ttl = answer.get(2).getAsLong();
            String value = answer.get(1).getAsString();
            expected.add(
                    answer.get(0).getAsString().equals("hostname")
                            ? Resolved.Answer.of(value, ttl)
                            : Resolved.Answer.of(InetAddresses.forString(value), ttl));
        }
        assertThat(resolved.answers().stream()
                        .filter(a -> a.address().isPresent() || a.hostname().isPresent()))
                .containsExactlyElementsOf(expected.build());
        assertThat(resolved.error().orElse(0)).isEqualTo(v.integer("error"));
        assertThat(encode(resolved)).isEqualTo(body);
    }

    static Stream<Vector> extend2s() {
        return Vectors.stream("relay-extend2");
    }

    @ParameterizedTest
    @MethodSource("extend2s")
    void extend2_decodesOrIsRefused(Vector v) throws WireFormatException {
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertRefused(RelayCommand.EXTEND2, body);
            return;
        }
        Extend2 extend = (Extend2) decode(RelayCommand.EXTEND2, body);
        assertThat(extend.type().wire()).isEqualTo(v.integer("handshake_type"));
        assertThat(extend.data()).isEqualTo(v.bytes("handshake"));
        for (LinkSpecifier specifier : extend.specifiers()) {
            if (specifier instanceof LinkSpecifier.Ipv4 ipv4) {
                assertThat(ipv4.address().getHostAddress() + ":" + ipv4.port()).isEqualTo(v.text("ipv4"));
            } else if (specifier instanceof LinkSpecifier.Ipv6 ipv6) {
                Inet6Address address = ipv6.address();
                assertThat("[" + InetAddresses.toAddrString(address) + "]:" + ipv6.port())
                        .isEqualTo(v.text("ipv6"));
            } else if (specifier instanceof LinkSpecifier.RsaId rsa) {
                assertThat(rsa.identity().value()).isEqualTo(v.bytes("rsa_id"));
            } else if (specifier instanceof LinkSpecifier.Ed25519Id ed25519) {
                assertThat(ed25519.identity().value()).isEqualTo(v.bytes("ed25519_id"));
            }
        }
        assertThat(extend.specifiers()).hasSize(v.has("ipv6") ? 4 : 2);
        Bytes encoded = encode(extend);
        assertThat(body.slice(0, encoded.size())).isEqualTo(encoded);
    }

    static Stream<Vector> sendmes() {
        return Vectors.stream("relay-sendme");
    }

    @ParameterizedTest
    @MethodSource("sendmes")
    void sendme_decodesOrIsRefused(Vector v) throws WireFormatException {
        Bytes body = v.bytes("body");
        switch (v.text("kind")) {
            case "version 0" -> assertThat(decode(RelayCommand.SENDME, body)).isEqualTo(Sendme.withoutTag());
            case "version 1" -> {
                Sendme expected = Sendme.withTag(v.bytes("tag"));
                assertThat(decode(RelayCommand.SENDME, body)).isEqualTo(expected);
                assertThat(encode(expected)).isEqualTo(body);
            }
            default -> assertRefused(RelayCommand.SENDME, body);
        }
    }

    static Stream<Vector> xonXoff() {
        return Vectors.stream("relay-xon-xoff");
    }

    @ParameterizedTest
    @MethodSource("xonXoff")
    void xonAndXoff_decodeOrAreRefused(Vector v) throws WireFormatException {
        RelayCommand command = RelayCommand.ofWire(v.integer("command"));
        assertThat(command).hasToString(v.text("message"));
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertRefused(command, body);
            return;
        }
        RelayMessage expected = command.equals(RelayCommand.XOFF) ? new Xoff() : new Xon(v.number("kbps_ewma"));
        assertThat(decode(command, body)).isEqualTo(expected);
        assertThat(encode(expected)).isEqualTo(body);
    }

    static Stream<Vector> paddingNegotiations() {
        return Vectors.stream("padding-negotiate").filter(v -> v.text("message").startsWith("relay"));
    }

    @ParameterizedTest
    @MethodSource("paddingNegotiations")
    void paddingNegotiation_decodesOrIsRefused(Vector v) throws WireFormatException {
        boolean answer = v.text("message").contains("NEGOTIATED");
        RelayCommand command = answer ? RelayCommand.PADDING_NEGOTIATED : RelayCommand.PADDING_NEGOTIATE;
        Bytes body = v.bytes("body");
        if (!v.flag("valid")) {
            assertRefused(command, body);
            return;
        }
        PaddingAction action = PaddingAction.valueOf(v.text("command").toUpperCase(Locale.ROOT));
        RelayMessage expected = answer
                ? new PaddingNegotiated(
                        action,
                        v.text("response").equals("ok") ? PaddingNegotiated.OK : PaddingNegotiated.ERR,
                        v.integer("machine"),
                        v.number("machine_ctr"))
                : new PaddingNegotiate(action, v.integer("machine"), v.flag("echo") ? 1 : 0, v.number("machine_ctr"));
        assertThat(decode(command, body)).isEqualTo(expected);
        assertThat(encode(expected)).isEqualTo(body);
    }

    private static RelayMessage decode(RelayCommand command, Bytes data) throws WireFormatException {
        return RelayMessage.decode(command, 0, data.toArray(), 0, data.size());
    }

    private static void assertRefused(RelayCommand command, Bytes data) {
        assertThatExceptionOfType(WireFormatException.class).isThrownBy(() -> decode(command, data));
    }

    private static Bytes encode(RelayMessage message) {
        WireWriter out = new WireWriter();
        message.encode(out);
        return out.toBytes();
    }
}
