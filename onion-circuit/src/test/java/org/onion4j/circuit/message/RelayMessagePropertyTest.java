package org.onion4j.circuit.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellArbitraries;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;

class RelayMessagePropertyTest {
    private static final PaddingSource ONES = (target, offset, length) -> {
        for (int i = 0; i < length; i++) {
            target[offset + i] = 1;
        }
    };

    @Test
    void everyType_hasArbitraryAndRoundTrips() {
        assertThat(Set.<Class<?>>copyOf(MessageArbitraries.byType().keySet()))
                .isEqualTo(Set.<Class<?>>of(RelayMessage.class.getPermittedSubclasses()));
        MessageArbitraries.byType()
                .forEach((type, arbitrary) -> arbitrary
                        .sampleStream()
                        .limit(20)
                        .forEach(message -> assertThat(roundTrip(message))
                                .isInstanceOf(type)
                                .isEqualTo(message)));
    }

    @Property(tries = 2000)
    void encode_anyMessage_decodesToTheSame(@ForAll("messages") RelayMessage message) {
        assertThat(roundTrip(message)).isEqualTo(message);
    }

    @Property(tries = 1000)
    void body_anyMessageAtAnyOffset_decodesToTheSame(
            @ForAll("messages") RelayMessage message,
            @ForAll @IntRange(max = 0xffff) int anyStreamId,
            @ForAll @IntRange(max = 9) int offset)
            throws WireFormatException {
        int streamId = message instanceof Sendme ? 0 : anyStreamId;
        byte[] array = new byte[offset + CellFrame.CELL_BODY_LEN + 3];
        RelayBody.encode(message, streamId, ONES, array, offset);
        assertThat(RelayBody.command(array, offset)).isEqualTo(message.command().wire());
        assertThat(RelayBody.streamId(array, offset)).isEqualTo(streamId);
        assertThat(RelayBody.recognized(array, offset)).isZero();
        assertThat(RelayBody.decode(array, offset)).isEqualTo(message);
        for (int i = 0; i < array.length; i++) {
            if (i < offset || i >= offset + CellFrame.CELL_BODY_LEN) {
                assertThat(array[i]).as("byte %s", i).isZero();
            }
        }
    }

    @Property(tries = 1000)
    void decode_messageCutShort_givesAnotherMessageOrWireFormat(
            @ForAll("messages") RelayMessage message, @ForAll int seed) {
        Bytes whole = encode(message);
        decodeHostile(message.command(), whole.slice(0, Math.floorMod(seed, whole.size() + 1)));
    }

    @Property(tries = 3000)
    void decode_anyBytes_givesMessageThatRoundTripsOrWireFormat(@ForAll("hostile") Tuple2<RelayCommand, Bytes> m) {
        decodeHostile(m.get1(), m.get2());
    }

    @Property(tries = 1000)
    void decodeBody_anyBytes_givesMessageOrWireFormat(@ForAll("bodies") byte[] body) {
        try {
            RelayMessage message = RelayBody.decode(body, 0);
            assertThat(message.command().wire()).isEqualTo(body[0] & 0xff);
        } catch (WireFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<RelayMessage> messages() {
        return Arbitraries.oneOf(MessageArbitraries.byType().values().asList());
    }

    @Provide
    Arbitrary<Tuple2<RelayCommand, Bytes>> hostile() {
        Arbitrary<RelayCommand> commands = Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 15),
                        Arbitraries.integers().between(32, 44),
                        CellArbitraries.u8())
                .map(RelayCommand::ofWire);
        Arbitrary<Bytes> text = Arbitraries.strings()
                .withChars("a1:[]\0 .9")
                .ofMaxLength(20)
                .map(s -> Bytes.copyOf(s.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
        Arbitrary<Bytes> small = Arbitraries.bytes()
                .between((byte) 0, (byte) 6)
                .array(byte[].class)
                .ofMaxSize(80)
                .map(Bytes::copyOf);
        Arbitrary<Bytes> data =
                Arbitraries.oneOf(CellArbitraries.bytes(0, 30), CellArbitraries.bytes(0, 498), small, text);
        return commands.flatMap(command -> data.map(d -> Tuple.of(command, d)));
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(CellFrame.CELL_BODY_LEN)
                .map(body -> {
                    body[0] &= 0x3f;
                    body[9] &= 0x01;
                    return body;
                });
    }

    private static void decodeHostile(RelayCommand command, Bytes data) {
        try {
            RelayMessage message = RelayMessage.decode(command, 0, data.toArray(), 0, data.size());
            assertThat(message.command()).isEqualTo(command);
            assertThat(roundTrip(message)).isEqualTo(message);
        } catch (WireFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static RelayMessage roundTrip(RelayMessage message) {
        byte[] data = encode(message).toArray();
        try {
            return RelayMessage.decode(message.command(), 0, data, 0, data.length);
        } catch (WireFormatException e) {
            throw new AssertionError("our own encoding was refused", e);
        }
    }

    private static Bytes encode(RelayMessage message) {
        WireWriter out = new WireWriter();
        message.encode(out);
        return out.toBytes();
    }
}
