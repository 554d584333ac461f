package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept of what a relay has seen, if that is more than anybody wants to know. */
class RelayObservationsTest {
    private static final LinkPeer CLIENT = new LinkPeer(
            false, new InetSocketAddress(RelayKit.address(192, 0, 2, 1), 9001), Optional.empty(), Optional.empty());

    @Test
    void now_afterVeryManyCircuits_hasTheNewest() {
        RelayObservations observations = new RelayObservations(new ManualLoop());
        for (int i = 0; i < RelayObservations.MAX_CIRCUITS + 10; i++) {
            observations.begin(CLIENT, i, HandshakeKind.NTOR);
        }
        assertThat(observations.now()).hasSize(RelayObservations.MAX_CIRCUITS);
        assertThat(observations.now().get(0).number()).isEqualTo(11);
        assertThat(observations.now().get(RelayObservations.MAX_CIRCUITS - 1).number())
                .isEqualTo(RelayObservations.MAX_CIRCUITS + 10);
    }

    @Test
    void trace_afterVeryManyDestinations_writesDownNoMore() {
        CircuitTrace trace = new CircuitTrace(1, CLIENT, 1, HandshakeKind.NTOR);
        for (int i = 0; i < CircuitTrace.MAX_DESTINATIONS + 10; i++) {
            trace.destination(new Destination(Destination.Kind.DIRECTORY, "", 0));
            trace.connected(RelayKit.address(192, 0, 2, 2));
        }
        assertThat(trace.observation().destinations()).hasSize(CircuitTrace.MAX_DESTINATIONS);
        assertThat(trace.observation().addresses()).hasSize(CircuitTrace.MAX_DESTINATIONS);
    }
}
