package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.TestConsensus;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;

class DirectoryCacheTest {
    private static final Instant NOW = Instant.parse("2024-05-17T17:10:00Z");

    private final StateStore store = new MemoryStateStore();
    private final DirectoryCache cache = new DirectoryCache(store);

    private static Bytes text(String name) {
        return Bytes.copyOf(TestConsensus.microdescriptor(name, "").getBytes(StandardCharsets.US_ASCII));
    }

    private static Bytes digest(String name) {
        return Digests.sha256(text(name).toArray());
    }

    private static Set<Bytes> digests(List<Microdescriptor> found) {
        Set<Bytes> digests = new HashSet<>();
        found.forEach(md -> digests.add(md.digest()));
        return digests;
    }

    @Test
    void append_manyTimes_joinsAndKeepsWhatIsListedOrYoung() {
        List<Bytes> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Instant now = NOW.plus(Duration.ofDays(i));
            all.add(digest("relay" + i));
            ImmutableSet<Bytes> listed = ImmutableSet.of(digest("relay0"), digest("relay" + i));
            cache.append(ImmutableList.of(text("relay" + i)), listed, now);
        }
        Set<Bytes> kept = digests(cache.microdescriptors(new HashSet<>(all)));
        assertThat(kept).as("always listed").contains(digest("relay0"));
        assertThat(kept).contains(digest("relay99"), digest("relay90"), digest("relay85"));
        assertThat(kept).doesNotContain(digest("relay1"), digest("relay50"));
        DirectoryCache next = new DirectoryCache(store);
        assertThat(digests(next.microdescriptors(new HashSet<>(all)))).isEqualTo(kept);
        next.append(ImmutableList.of(text("another")), ImmutableSet.of(), NOW);
        assertThat(digests(next.microdescriptors(new HashSet<>(all))))
                .as("nothing was overwritten")
                .isEqualTo(kept);
    }

    @Test
    void append_beforeAnythingWasRead_overwritesNothing() {
        cache.append(ImmutableList.of(text("a")), ImmutableSet.of(), NOW);
        DirectoryCache next = new DirectoryCache(store);
        next.append(ImmutableList.of(text("b")), ImmutableSet.of(), NOW);
        assertThat(next.microdescriptors(ImmutableSet.of(digest("a"), digest("b"))))
                .hasSize(2);
    }

    @Test
    void microdescriptors_equalOnes_comeOnceToEachWanted() {
        cache.append(ImmutableList.of(text("a"), text("b")), ImmutableSet.of(), NOW);
        assertThat(cache.microdescriptors(ImmutableSet.of(digest("b")))).hasSize(1);
        assertThat(cache.microdescriptors(ImmutableSet.of())).isEmpty();
        assertThat(cache.microdescriptors(ImmutableSet.of(digest("c")))).isEmpty();
    }

    /** T74: what is good in a damaged segment stays. */
    @Test
    void t74_faultySegment_isWrittenAnewWithoutItsFaults() {
        cache.append(ImmutableList.of(text("a"), text("b")), ImmutableSet.of(), NOW);
        String name = DirectoryCache.segmentName(0);
        byte[] good = store.read(name).orElseThrow();
        byte[] damaged = new byte[good.length + 20];
        System.arraycopy(good, 0, damaged, 20, good.length);
        store.write(name, damaged);
        DirectoryCache next = new DirectoryCache(store);
        assertThat(next.microdescriptors(ImmutableSet.of(digest("a"), digest("b"))))
                .hasSize(2);
        String rewritten = new String(store.read(name).orElseThrow(), StandardCharsets.ISO_8859_1);
        assertThat(rewritten)
                .contains(new String(text("a").toArray(), StandardCharsets.US_ASCII))
                .contains(new String(text("b").toArray(), StandardCharsets.US_ASCII))
                .doesNotContain("\0");
    }
}
