package org.onion4j.hs.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

class IntroductionTargetsTest {
    private final SyntheticNetwork network = new SyntheticNetwork();

    private Relay relay(String nickname) {
        return network.view().relay(SyntheticNetwork.identity(nickname)).orElseThrow();
    }

    /** As C tor has them, and in its order: a service is not to tell us apart. */
    @Test
    void specifiers_areThoseOfCTor() {
        network.relay("old");
        network.relay("new").ipv6("20010db8000000000000000000000001", 443);
        assertThat(IntroductionTargets.specifiers(relay("old")))
                .extracting(one -> (Object) one.getClass())
                .containsExactly(LinkSpecifier.Ipv4.class, LinkSpecifier.RsaId.class, LinkSpecifier.Ed25519Id.class);
        assertThat(IntroductionTargets.specifiers(relay("new")))
                .hasSize(4)
                .last()
                .satisfies(last -> {
                    LinkSpecifier.Ipv6 ipv6 = (LinkSpecifier.Ipv6) last;
                    assertThat(ipv6.port()).isEqualTo(443);
                    assertThat(ipv6.address().getAddress())
                            .startsWith(0x20, 0x01, 0x0d, 0xb8)
                            .endsWith(1);
                });
    }

    @Test
    void canMeet_asksForVersionThree() {
        network.relay("good");
        network.relay("old").protocols("HSRend=1 Link=1-5 Relay=1-4");
        network.relay("unknown").withoutMicrodescriptor();
        assertThat(IntroductionTargets.canMeet(relay("good"))).isTrue();
        assertThat(IntroductionTargets.canMeet(relay("old"))).isFalse();
        assertThat(IntroductionTargets.canMeet(relay("unknown"))).isFalse();
    }
}
