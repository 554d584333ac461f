package org.onion4j.circuit.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every number of a wire enumeration survives, named or not. */
class RelayNumberTest {
    @Test
    void ofWire_all256Numbers_keepTheNumber() {
        for (int i = 0; i < 256; i++) {
            assertThat(RelayCommand.ofWire(i).wire()).isEqualTo(i);
            assertThat(EndReason.ofWire(i).wire()).isEqualTo(i);
        }
    }

    @Test
    void relayCommand_known_areThoseOfTheSpecification() {
        assertThat(IntStream.range(0, 256).filter(i -> RelayCommand.ofWire(i).isKnown()))
                .containsExactly(
                        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 32, 33, 34, 35, 36, 37, 38,
                        39, 40, 41, 42, 43, 44);
        assertThat(RelayCommand.ofWire(39)).hasToString("RENDEZVOUS_ESTABLISHED");
        assertThat(RelayCommand.ofWire(200)).hasToString("relay command 200");
    }

    @Test
    void relayCommand_belongsToStream_isTheListOfTheNewLayout() {
        assertThat(IntStream.range(0, 256).filter(i -> RelayCommand.ofWire(i).belongsToStream()))
                .containsExactly(1, 2, 3, 4, 11, 12, 13, 43, 44);
    }

    @Test
    void endReason_names_areThoseOfTheSpecification() {
        assertThat(IntStream.range(0, 16).mapToObj(i -> EndReason.ofWire(i).toString()))
                .containsExactly(
                        "reason 0",
                        "MISC",
                        "RESOLVEFAILED",
                        "CONNECTREFUSED",
                        "EXITPOLICY",
                        "DESTROY",
                        "DONE",
                        "TIMEOUT",
                        "NOROUTE",
                        "HIBERNATING",
                        "INTERNAL",
                        "RESOURCELIMIT",
                        "CONNRESET",
                        "TORPROTOCOL",
                        "NOTDIRECTORY",
                        "reason 15");
        assertThat(EndReason.NOTDIRECTORY.isKnown()).isTrue();
        assertThat(EndReason.ofWire(15).isKnown()).isFalse();
        assertThat(EndReason.ofWire(0).isKnown()).isFalse();
    }
}
