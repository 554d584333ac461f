package org.onion4j.directory.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.directory.doc.RelayFlag;

class NetworkViewTest {
    private final SyntheticNetwork network = new SyntheticNetwork();

    @Test
    void relay_eachListed_isFoundAndOthersNot() {
        for (int i = 0; i < 50; i++) {
            network.relay("relay" + i).flags(i % 2 == 0 ? RelayFlag.GUARD : RelayFlag.STABLE);
        }
        NetworkView view = network.view();
        assertThat(view.relays()).hasSize(50);
        for (Relay relay : view.relays()) {
            assertThat(view.relay(relay.rsaIdentity())).containsSame(relay);
        }
        assertThat(view.relay(SyntheticNetwork.identity("stranger"))).isEmpty();
        assertThat(relay(view, "relay4").has(RelayFlag.GUARD)).isTrue();
        assertThat(relay(view, "relay5").has(RelayFlag.GUARD)).isFalse();
    }

    @Test
    void withoutMicrodescriptor_relayIsListedButBare() {
        network.relay("bare").withoutMicrodescriptor();
        Relay bare = network.view().relays().get(0);
        assertThat(bare.hasMicrodescriptor()).isFalse();
        assertThat(bare.ed25519Identity()).isEmpty();
        assertThat(bare.ipv4Policy().rejectsAll()).isTrue();
        assertThatThrownBy(bare::ntorOnionKey).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ed25519Identity_noEdConsensus_isIgnored() {
        network.relay("odd").flags(RelayFlag.NO_ED_CONSENSUS);
        network.relay("even");
        NetworkView view = network.view();
        assertThat(relay(view, "odd").ed25519Identity()).isEmpty();
        assertThat(relay(view, "even").ed25519Identity()).isPresent();
    }

    @Test
    void sameFamily_lists_countOnlyIfMutual() {
        network.relay("a").family("a", "b", "c");
        network.relay("b").family("a", "b");
        network.relay("c").family("c");
        NetworkView view = network.view();
        assertThat(view.sameFamily(relay(view, "a"), relay(view, "b"))).isTrue();
        assertThat(view.sameFamily(relay(view, "b"), relay(view, "a"))).isTrue();
        assertThat(view.sameFamily(relay(view, "a"), relay(view, "c"))).isFalse();
        assertThat(view.sameFamily(relay(view, "c"), relay(view, "c"))).isTrue();
    }

    @Test
    void sameFamily_ids_countIfOneIsShared() {
        network.relay("a").familyIds("ed25519:x", "future:y");
        network.relay("b").familyIds("future:y");
        network.relay("c").familyIds("ed25519:X");
        NetworkView view = network.view();
        assertThat(view.sameFamily(relay(view, "a"), relay(view, "b"))).isTrue();
        assertThat(view.sameFamily(relay(view, "a"), relay(view, "c"))).isFalse();
    }

    @Test
    void sameFamily_parametersOff_eachKindIsIgnored() {
        network.relay("a").family("b").familyIds("ed25519:x");
        network.relay("b").family("a").familyIds("ed25519:x");
        NetworkView both = network.view();
        assertThat(both.sameFamily(relay(both, "a"), relay(both, "b"))).isTrue();
        NetworkView ids = network.parameter("use-family-lists", 0).view();
        assertThat(ids.sameFamily(relay(ids, "a"), relay(ids, "b"))).isTrue();
        NetworkView none = network.parameter("use-family-ids", 0).view();
        assertThat(none.sameFamily(relay(none, "a"), relay(none, "b"))).isFalse();
        NetworkView lists = network.parameter("use-family-lists", 1).view();
        assertThat(lists.sameFamily(relay(lists, "a"), relay(lists, "b"))).isTrue();
    }

    @Test
    void sameSubnet_16And32Bits() {
        network.relay("a").ipv4("192.0.2.1", 1).ipv6("20010db8000000000000000000000001", 1);
        network.relay("b").ipv4("192.0.77.1", 1);
        network.relay("c").ipv4("192.1.2.1", 1).ipv6("20010db8ffff00000000000000000001", 1);
        network.relay("d").ipv4("193.0.2.1", 1).ipv6("20010db9000000000000000000000001", 1);
        NetworkView view = network.view();
        assertThat(view.sameSubnet(relay(view, "a"), relay(view, "b"))).isTrue();
        assertThat(view.sameSubnet(relay(view, "a"), relay(view, "c"))).isTrue();
        assertThat(view.sameSubnet(relay(view, "a"), relay(view, "d"))).isFalse();
        assertThat(view.sameSubnet(relay(view, "b"), relay(view, "c"))).isFalse();
    }

    /** T21: parameters at the ends of their type come out within their legal range. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE})
    void t21_extremeParameters_areClamped(int value) {
        NetworkView view = network.parameter("circwindow", value)
                .parameter("bwweightscale", value)
                .parameter("use-family-ids", value)
                .view();
        assertThat(view.parameter("circwindow", 1000, 100, 1000)).isBetween(100, 1000);
        assertThat(view.weightScale()).isPositive();
        assertThat(view.parameter("absent", 7, 1, 9)).isEqualTo(7);
    }

    @Test
    void bandwidthWeight_missingOrNegative_leavesBandwidthAlone() {
        network.bandwidthWeight("Wgg", 6752).bandwidthWeight("Wmd", 20_000);
        NetworkView good = network.view();
        assertThat(good.bandwidthWeight("Wgg")).isEqualTo(6752);
        assertThat(good.bandwidthWeight("Wmd")).isEqualTo(10_000);
        NetworkView negative = network.bandwidthWeight("Wbd", -1).view();
        assertThat(negative.bandwidthWeight("Wgg")).isEqualTo(10_000);
        assertThat(negative.bandwidthWeight("Wbd")).isEqualTo(10_000);
    }

    private static Relay relay(NetworkView view, String nickname) {
        return view.relay(SyntheticNetwork.identity(nickname)).orElseThrow();
    }
}
