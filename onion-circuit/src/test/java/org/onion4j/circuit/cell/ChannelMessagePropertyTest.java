package org.onion4j.circuit.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

class ChannelMessagePropertyTest {
    @Test
    void everyType_hasArbitraryAndRoundTrips() {
        assertThat(Set.<Class<?>>copyOf(CellArbitraries.byType().keySet()))
                .isEqualTo(Set.<Class<?>>of(ChannelMessage.class.getPermittedSubclasses()));
        CellArbitraries.byType()
                .forEach((type, arbitrary) -> arbitrary
                        .sampleStream()
                        .limit(20)
                        .forEach(message -> assertThat(roundTrip(message))
                                .isInstanceOf(type)
                                .isEqualTo(message)));
    }

    @Property(tries = 2000)
    void encode_anyMessage_decodesToTheSame(@ForAll("messages") ChannelMessage message) {
        assertThat(roundTrip(message)).isEqualTo(message);
    }

    @Property(tries = 500)
    void encode_anyMessageOfFixedLength_decodesToTheSameFromThePaddedCell(@ForAll("messages") ChannelMessage message) {
        if (!message.command().isVariableLength()) {
            byte[] cell = CellFrame.encode(7, message);
            assertThat(cell).hasSize(CellFrame.CELL_LEN);
            Bytes body = Bytes.copyOf(cell, CellFrame.HEADER_LEN, CellFrame.CELL_BODY_LEN);
            assertThat(decodeOwn(message.command(), body)).isEqualTo(message);
        }
    }

    @Property(tries = 1000)
    void decode_messageCutShort_givesAnotherMessageOrWireFormat(
            @ForAll("messages") ChannelMessage message, @ForAll int seed) {
        Bytes whole = encode(message);
        Bytes part = whole.slice(0, Math.floorMod(seed, whole.size() + 1));
        decodeHostile(message.command(), part);
    }

    @Property(tries = 3000)
    void decode_anyBytes_givesMessageThatRoundTripsOrWireFormat(@ForAll("hostile") Tuple2<CellCommand, Bytes> cell) {
        decodeHostile(cell.get1(), cell.get2());
    }

    @Provide
    Arbitrary<ChannelMessage> messages() {
        return Arbitraries.oneOf(CellArbitraries.byType().values().asList());
    }

    @Provide
    Arbitrary<Tuple2<CellCommand, Bytes>> hostile() {
        Arbitrary<CellCommand> commands = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 12).map(CellCommand::ofWire),
                Arbitraries.integers().between(128, 132).map(CellCommand::ofWire),
                CellArbitraries.u8().map(CellCommand::ofWire));
        Arbitrary<Bytes> bodies =
                Arbitraries.oneOf(CellArbitraries.bytes(0, 40), CellArbitraries.bytes(0, 600), smallNumbers());
        return commands.flatMap(command -> bodies.map(body -> Tuple.of(command, body)));
    }

    /** Bytes of small value make count and length fields that fit now and then. */
    private static Arbitrary<Bytes> smallNumbers() {
        return Arbitraries.bytes()
                .between((byte) 0, (byte) 6)
                .array(byte[].class)
                .ofMaxSize(80)
                .map(Bytes::copyOf);
    }

    private static void decodeHostile(CellCommand command, Bytes body) {
        try {
            ChannelMessage message = ChannelMessage.decode(command, new WireReader(body));
            assertThat(message.command()).isEqualTo(command);
            assertThat(roundTrip(message)).isEqualTo(message);
        } catch (WireFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    private static ChannelMessage roundTrip(ChannelMessage message) {
        return decodeOwn(message.command(), encode(message));
    }

    private static ChannelMessage decodeOwn(CellCommand command, Bytes body) {
        try {
            return ChannelMessage.decode(command, new WireReader(body));
        } catch (WireFormatException e) {
            throw new AssertionError("our own encoding was refused", e);
        }
    }

    private static Bytes encode(ChannelMessage message) {
        WireWriter out = new WireWriter();
        message.encode(out);
        return out.toBytes();
    }

    @Test
    void constructors_valuesThatDontFit_throwIllegalArgument() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Create2(HandshakeType.NTOR_V3, Bytes.copyOf(new byte[506])));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Create2(HandshakeType.TAP, Bytes.copyOf(new byte[186])));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new UnknownCell(CellCommand.RELAY, Bytes.EMPTY));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> CellFrame.encode(1, CellCommand.RELAY, new byte[510]));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> CellCommand.ofWire(256));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> HandshakeType.ofWire(-1));
    }
}
