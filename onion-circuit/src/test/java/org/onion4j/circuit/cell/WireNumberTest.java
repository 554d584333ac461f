package org.onion4j.circuit.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every number of a wire enumeration survives, named or not. */
class WireNumberTest {
    @Test
    void ofWire_all256Numbers_keepTheNumber() {
        for (int i = 0; i < 256; i++) {
            assertThat(CellCommand.ofWire(i).wire()).isEqualTo(i);
            assertThat(DestroyReason.ofWire(i).wire()).isEqualTo(i);
            assertThat(CertType.ofWire(i).wire()).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 255, 256, 32767, 32768, 65534, 65535})
    void handshakeTypeOfWire_edges_keepTheNumber(int wire) {
        assertThat(HandshakeType.ofWire(wire).wire()).isEqualTo(wire);
        assertThat(HandshakeType.ofWire(wire)).isEqualTo(new HandshakeType(wire));
    }

    @Test
    void cellCommand_names_areThoseOfTheSpecification() {
        List<String> names = new ArrayList<>();
        IntStream.range(0, 256)
                .mapToObj(CellCommand::ofWire)
                .filter(CellCommand::isKnown)
                .forEach(command -> names.add(command.wire() + " " + command));
        assertThat(names)
                .containsExactly(
                        "0 PADDING",
                        "1 CREATE",
                        "2 CREATED",
                        "3 RELAY",
                        "4 DESTROY",
                        "5 CREATE_FAST",
                        "6 CREATED_FAST",
                        "7 VERSIONS",
                        "8 NETINFO",
                        "9 RELAY_EARLY",
                        "10 CREATE2",
                        "11 CREATED2",
                        "12 PADDING_NEGOTIATE",
                        "128 VPADDING",
                        "129 CERTS",
                        "130 AUTH_CHALLENGE",
                        "131 AUTHENTICATE",
                        "132 AUTHORIZE");
        assertThat(CellCommand.ofWire(133)).hasToString("cell command 133");
    }

    @Test
    void isVariableLength_all256Numbers_are7AndTheUpperHalf() {
        for (int i = 0; i < 256; i++) {
            assertThat(CellCommand.ofWire(i).isVariableLength()).isEqualTo(i == 7 || i >= 128);
        }
    }

    @Test
    void destroyReason_names_areThoseOfTheSpecification() {
        assertThat(IntStream.range(0, 14).mapToObj(i -> DestroyReason.ofWire(i).toString()))
                .containsExactly(
                        "NONE",
                        "PROTOCOL",
                        "INTERNAL",
                        "REQUESTED",
                        "HIBERNATING",
                        "RESOURCELIMIT",
                        "CONNECTFAILED",
                        "OR_IDENTITY",
                        "CHANNEL_CLOSED",
                        "FINISHED",
                        "TIMEOUT",
                        "DESTROYED",
                        "NOSUCHSERVICE",
                        "reason 13");
        assertThat(DestroyReason.ofWire(12)).isEqualTo(DestroyReason.NOSUCHSERVICE);
        assertThat(DestroyReason.ofWire(13).isKnown()).isFalse();
    }

    @Test
    void certType_known_are1To7() {
        assertThat(IntStream.range(0, 256).filter(i -> CertType.ofWire(i).isKnown()))
                .containsExactly(1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void allowsClientData_handshakesThatAreGone_never() {
        assertThat(HandshakeType.ofWire(0).allowsClientData(186)).isFalse();
        assertThat(HandshakeType.ofWire(1).allowsClientData(20)).isFalse();
        assertThat(HandshakeType.NTOR.allowsClientData(83)).isFalse();
        assertThat(HandshakeType.NTOR.allowsClientData(84)).isTrue();
        assertThat(HandshakeType.NTOR_V3.allowsClientData(162)).isTrue();
        assertThat(HandshakeType.ofWire(261).allowsClientData(0)).isTrue();
    }
}
