package org.onion4j.directory.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ProtocolVersions;

class ConsensusRulesTest {
    private static final Instant VALID_AFTER = Instant.parse("2027-05-17T17:00:00Z");

    private static Consensus consensus(Instant validAfter, String required) throws Exception {
        return Consensus.builder()
                .validAfter(validAfter)
                .freshUntil(validAfter.plus(Duration.ofHours(1)))
                .validUntil(validAfter.plus(Duration.ofHours(3)))
                .requiredClientProtocols(ProtocolVersions.parse(required))
                .recommendedClientProtocols(ProtocolVersions.parse("Link=4-5 HSRend=2"))
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "-86401, PREMATURE",
        "-86400, REASONABLY_LIVE",
        "-1, REASONABLY_LIVE",
        "0, LIVE",
        "10800, LIVE",
        "10801, REASONABLY_LIVE",
        "97200, REASONABLY_LIVE",
        "97201, EXPIRED",
        "946080000, EXPIRED",
        "-946080000, PREMATURE"
    })
    void of_secondsFromValidAfter(long seconds, Liveness expected) throws Exception {
        Liveness liveness = Liveness.of(consensus(VALID_AFTER, ""), VALID_AFTER.plusSeconds(seconds));
        assertThat(liveness).isEqualTo(expected);
        assertThat(liveness.usable()).isEqualTo(expected == Liveness.LIVE || expected == Liveness.REASONABLY_LIVE);
    }

    /** T36: a requirement that we can't meet counts if it is younger than this client. */
    @Test
    void t36_requirement_countsFromTheReleaseOn() throws Exception {
        ClientProtocols client = ClientProtocols.current();
        Consensus after = consensus(client.released(), "Link=4 Relay=2,63 Future=1");
        assertThat(client.missingRequired(after)).hasToString("Future=1 Relay=63");
        Consensus before = consensus(client.released().minusSeconds(1), "Relay=63");
        assertThat(client.missingRequired(before).isEmpty()).isTrue();
    }

    @Test
    void current_meetsWhatNetworksRequireToday() throws Exception {
        Consensus today = consensus(VALID_AFTER, "Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2");
        assertThat(ClientProtocols.current().missingRequired(today).isEmpty()).isTrue();
        assertThat(ClientProtocols.current().missingRecommended(today).supports("Link", 4))
                .isFalse();
    }
}
