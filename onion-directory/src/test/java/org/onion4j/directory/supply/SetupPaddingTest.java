package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.circuit.padding.OwnPadding;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.SyntheticNetwork;

/** When the set-up of circuits is padded. */
class SetupPaddingTest {
    @ParameterizedTest
    @CsvSource({
        "Padding=2, some-other-parameter, 1, SENT",
        "Padding=1-2, circpad_global_allowed_cells, 100, SENT",
        "Padding=1, some-other-parameter, 1,",
        "Relay=2, some-other-parameter, 1,",
        "Padding=2, circpad_padding_disabled, 1,",
        "Padding=2, circpad_padding_reduced, 1,",
        "Padding=2, circpad_global_max_padding_pct, 1, LEFT_OUT"
    })
    void of_followsTheRelayAndTheNetwork(String protocols, String parameter, int value, OwnPadding expected) {
        SyntheticNetwork network = new SyntheticNetwork().parameter(parameter, value);
        network.relay("second").protocols(protocols);
        NetworkView view = network.view();
        assertThat(SetupPadding.of(view, view.relays().get(0))).isEqualTo(Optional.ofNullable(expected));
    }
}
