package org.onion4j.hs.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

class DirectoriesOfNetworkTest {
    @Test
    void of_relaysThatKeepDescriptorsOfVersionThree() {
        SyntheticNetwork network = new SyntheticNetwork();
        network.relay("good").flags(RelayFlag.HS_DIR);
        network.relay("old").flags(RelayFlag.HS_DIR).protocols("HSDir=1 Link=1-5 Relay=1-4");
        network.relay("middle").flags(RelayFlag.HS_DIR, RelayFlag.MIDDLE_ONLY);
        network.relay("unknown").flags(RelayFlag.HS_DIR).withoutMicrodescriptor();
        network.relay("none");
        NetworkView view = network.view();
        DirectoryRing ring = DirectoryRing.of(view, RingTimes.of(view, false).forClient());
        assertThat(ring.toFetch(Bytes.copyOf(new byte[32])))
                .extracting(Relay::nickname)
                .containsExactly("good");
    }

    private static int responsible(SyntheticNetwork network) {
        NetworkView view = network.view();
        return DirectoryRing.of(view, RingTimes.of(view, false).forClient())
                .toFetch(Bytes.copyOf(new byte[32]))
                .size();
    }

    @Test
    void of_parametersSayHowManyAreResponsible() {
        SyntheticNetwork network = new SyntheticNetwork();
        for (int i = 0; i < 30; i++) {
            network.relay("directory" + i).flags(RelayFlag.HS_DIR);
        }
        assertThat(responsible(network)).isEqualTo(6);
        network.parameter("hsdir_n_replicas", 4).parameter("hsdir_spread_fetch", 2);
        assertThat(responsible(network)).isEqualTo(8);
        network.parameter("hsdir_n_replicas", 1).parameter("hsdir_spread_fetch", 0); // below the least
        assertThat(responsible(network)).isEqualTo(1);
    }

    @Test
    void randomValue_thatTheConsensusLacks_hasItsStandIn() {
        NetworkView view = new SyntheticNetwork().view();
        RingTimes.Slot slot = RingTimes.of(view, false).forClient();
        assertThat(DirectoryRing.randomValue(view.consensus(), slot)).isEqualTo(RingHashes.disaster(slot.period()));
    }
}
