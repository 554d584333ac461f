package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.RelayFamily;
import org.onion4j.directory.doc.RouterStatus;

class MicrodescriptorStoreTest {
    private static final long SECOND = 1_000_000_000L;

    private final MicrodescriptorStore store = new MicrodescriptorStore();
    private final SeededRandom random = new SeededRandom(1);

    private static Bytes digest(int i) {
        return Digests.sha256(("md" + i).getBytes(StandardCharsets.US_ASCII));
    }

    private static Microdescriptor microdescriptor(int i) {
        return new Microdescriptor(
                digest(i),
                digest(1000 + i),
                Optional.empty(),
                PortPolicy.REJECT_ALL,
                PortPolicy.REJECT_ALL,
                RelayFamily.NONE,
                ImmutableList.of());
    }

    private static Consensus consensus(int from, int to) {
        List<RouterStatus> relays = new ArrayList<>();
        for (int i = from; i < to; i++) {
            byte[] identity = new byte[RsaIdentity.LEN];
            identity[0] = (byte) (i >> 8);
            identity[1] = (byte) i;
            relays.add(RouterStatus.builder()
                    .nickname("r" + i)
                    .rsaIdentity(RsaIdentity.copyOf(identity))
                    .microdescriptorDigest(digest(i))
                    .ipv4(i, 1)
                    .build());
        }
        return Consensus.builder()
                .validAfter(Instant.EPOCH)
                .freshUntil(Instant.EPOCH.plusSeconds(1))
                .validUntil(Instant.EPOCH.plusSeconds(2))
                .relays(relays)
                .build();
    }

    /** At least three requests where there is enough to ask for, none above what one may ask for. */
    @ParameterizedTest
    @CsvSource({"1, 1", "31, 31", "32, 32", "60, 32", "96, 32", "99, 33", "300, 100", "1500, 500", "7195, 500"})
    void requestSize(int downloadable, int size) {
        assertThat(MicrodescriptorStore.requestSize(downloadable)).isEqualTo(size);
    }

    /** T35: only what the consensus names is taken, and once. */
    @Test
    void t35_add_onlyWhatIsMissing() {
        assertThat(store.add(microdescriptor(0))).isFalse();
        store.setConsensus(consensus(0, 3));
        assertThat(store.add(microdescriptor(0))).isTrue();
        assertThat(store.add(microdescriptor(0))).isFalse();
        assertThat(store.add(microdescriptor(7))).isFalse();
        assertThat(store.find(digest(0))).isPresent();
        assertThat(store.find(digest(7))).isEmpty();
        assertThat(store.missingCount()).isEqualTo(2);
    }

    @Test
    void setConsensus_keepsWhatIsStillNamed() {
        store.setConsensus(consensus(0, 3));
        store.add(microdescriptor(0));
        store.add(microdescriptor(2));
        store.setConsensus(consensus(1, 5));
        assertThat(store.find(digest(0))).isEmpty();
        assertThat(store.find(digest(2))).isPresent();
        assertThat(store.missing()).containsExactlyInAnyOrder(digest(1), digest(3), digest(4));
    }

    @Test
    void downloadable_leavesOutWhatIsInFlightOrFailed() {
        store.setConsensus(consensus(0, 4));
        store.requested(ImmutableList.of(digest(0), digest(1)));
        assertThat(store.downloadable(0, random)).containsExactlyInAnyOrder(digest(2), digest(3));
        store.finished(ImmutableList.of(digest(0), digest(1)));
        assertThat(store.downloadable(0, random)).hasSize(4);
        List<Bytes> one = ImmutableList.of(digest(0));
        store.notGiven(one, 0); // the first failure costs nothing
        assertThat(store.downloadable(0, random)).hasSize(4);
        long[] waits = {60, 300, 600, 86_400, 86_400};
        for (long wait : waits) {
            store.notGiven(one, 0);
            assertThat(store.downloadable(wait * SECOND - 1, random)).hasSize(3);
            assertThat(store.nextRetryNanos(0)).contains(wait * SECOND);
            assertThat(store.downloadable(wait * SECOND, random)).hasSize(4);
        }
        store.forgetFailures();
        assertThat(store.downloadable(0, random)).hasSize(4);
        assertThat(store.nextRetryNanos(0)).isEmpty();
    }

    @Test
    void downloadable_isShuffled() {
        store.setConsensus(consensus(0, 50));
        List<Bytes> first = store.downloadable(0, random);
        List<Bytes> second = store.downloadable(0, random);
        assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
    }

    @Test
    void worthKeeping_forAWeek() {
        Instant now = Instant.parse("2024-05-17T17:10:00Z");
        assertThat(MicrodescriptorStore.worthKeeping(now.minus(Duration.ofDays(7)), now))
                .isTrue();
        assertThat(MicrodescriptorStore.worthKeeping(
                        now.minus(Duration.ofDays(7)).minusSeconds(1), now))
                .isFalse();
    }
}
