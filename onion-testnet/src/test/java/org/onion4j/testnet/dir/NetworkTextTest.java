package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.onion4j.directory.network.NetworkDescription;

/** The description of a network, read by the client; C tor reads it in {@link CTorReadsDocumentsTest}. */
class NetworkTextTest {
    @Test
    void torrc_isReadByTheClientWithoutAWarning() throws Exception {
        TestDirectory network = new TestDirectory(4);
        NetworkDescription read = NetworkDescription.parse(NetworkText.torrc(network.authorities.all()));

        assertThat(read.kind()).isEqualTo(NetworkDescription.Kind.TESTING);
        assertThat(read.subnets()).isEqualTo(NetworkDescription.Subnets.ANY);
        assertThat(read.warnings()).isEmpty();
        assertThat(read.unsupported()).isEmpty();
        assertThat(read.votingAuthorities()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            Authority authority = network.authorities.all().get(i);
            assertThat(read.authorities().get(i)).satisfies(one -> {
                assertThat(one.nickname()).isEqualTo(authority.nickname());
                assertThat(one.v3Identity()).contains(authority.keys().identity());
                assertThat(one.rsaIdentity()).isEqualTo(authority.relayIdentity());
                assertThat(one.orPort()).isEqualTo(authority.orPort());
            });
        }
    }
}
