package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.SyntheticNetwork;

/** What clients may name as the place to meet them (T51): what comes of it goes into an EXTEND2, and is never dialled. */
class RendezvousTargetTest {
    private static final RsaIdentity STRANGER = RsaIdentity.fromHex("0123456789abcdef0123456789abcdef01234567");
    private static final Bytes KEY = Bytes.fromHex("09".repeat(32));
    private static final LinkSpecifier.Ipv6 IPV6 =
            new LinkSpecifier.Ipv6((Inet6Address) InetAddresses.forString("2001:db8::1"), 9001);

    private final SyntheticNetwork network = new SyntheticNetwork();

    RendezvousTargetTest() {
        network.relay("inside").ipv4("10.1.2.3", 9001);
    }

    private static LinkSpecifier.Ipv4 ipv4(String address, int port) {
        return new LinkSpecifier.Ipv4((Inet4Address) InetAddresses.forString(address), port);
    }

    private HopTarget target(boolean testing, Bytes key, LinkSpecifier... specifiers) throws RefusedException {
        NetworkView view = network.view();
        return RendezvousTarget.of(ImmutableList.copyOf(specifiers), key, view, testing);
    }

    private void assertRefused(Bytes key, LinkSpecifier... specifiers) {
        assertThatThrownBy(() -> target(false, key, specifiers))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.BAD_RENDEZVOUS_POINT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.254",
                "127.0.0.1",
                "127.255.0.1",
                "169.254.7.7",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255"
            })
    void t51_internalAddress_isRefused(String address) {
        assertRefused(KEY, ipv4(address, 9001), new LinkSpecifier.RsaId(STRANGER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "223.255.255.255"})
    void t51_unlistedRelay_atAPublicAddress_isGoneTo(String address) throws Exception {
        HopTarget target = target(false, KEY, ipv4(address, 9001), IPV6, new LinkSpecifier.RsaId(STRANGER));
        assertThat(target.rsaIdentity()).isEqualTo(STRANGER);
        assertThat(target.address().getHostAddress()).isEqualTo(address);
        assertThat(target.port()).isEqualTo(9001);
        assertThat(target.ntorOnionKey()).isEqualTo(KEY);
    }

    @Test
    void t51_internalAddress_ofARelayThatTheConsensusHasThere_isGoneTo() throws Exception {
        LinkSpecifier.RsaId inside = new LinkSpecifier.RsaId(SyntheticNetwork.identity("inside"));
        assertThat(target(false, KEY, ipv4("10.1.2.3", 9001), inside).rsaIdentity())
                .isEqualTo(inside.identity());
        assertRefused(KEY, ipv4("10.1.2.4", 9001), inside);
    }

    @Test
    void t51_internalAddress_inATestingNetwork_isGoneTo() throws Exception {
        assertThat(target(true, KEY, ipv4("127.0.0.1", 9001), new LinkSpecifier.RsaId(STRANGER))
                        .port())
                .isEqualTo(9001);
    }

    @Test
    void t51_incompleteOrImpossible_isRefused() {
        LinkSpecifier.RsaId identity = new LinkSpecifier.RsaId(STRANGER);
        assertRefused(KEY);
        assertRefused(KEY, identity);
        assertRefused(KEY, ipv4("8.8.8.8", 9001));
        assertRefused(KEY, IPV6, identity);
        assertRefused(KEY, ipv4("8.8.8.8", 0), identity);
        assertRefused(Bytes.fromHex("00".repeat(32)), ipv4("8.8.8.8", 9001), identity);
        assertRefused(Bytes.fromHex("01" + "00".repeat(31)), ipv4("8.8.8.8", 9001), identity);
    }

    @Test
    void t51_severalOfAKind_theFirstCounts() throws Exception {
        HopTarget target = target(
                false,
                KEY,
                ipv4("8.8.8.8", 9001),
                new LinkSpecifier.RsaId(STRANGER),
                ipv4("127.0.0.1", 22),
                new LinkSpecifier.RsaId(SyntheticNetwork.identity("inside")));
        assertThat(target.address().getHostAddress()).isEqualTo("8.8.8.8");
        assertThat(target.rsaIdentity()).isEqualTo(STRANGER);
    }
}
