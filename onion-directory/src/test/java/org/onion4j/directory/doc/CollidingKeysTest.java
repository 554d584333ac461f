package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * T84: keys that all have the same hash, as strangers can choose them, in each table that is filled by documents. A table
 * that compared each with all others would take 1,250,000,000 comparisons for each use here, many times the limit, which is
 * one of the processor's time, so that other work on the machine doesn't count.
 */
@Timeout(120)
class CollidingKeysTest {
    private static final int COUNT = 50_000;
    private static final int BITS = 16;

    private final String good = new String(
            new TestConsensus()
                    .relay("alpha", "Fast", 1, TestConsensus.microdescriptor("alpha", ""))
                    .signed(TestAuthority.some(1)),
            StandardCharsets.ISO_8859_1);

    private long startNanos;

    @BeforeEach
    void start() {
        startNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @AfterEach
    void checkTime() {
        long used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startNanos;
        assertThat(Duration.ofNanos(used)).isLessThan(Duration.ofSeconds(15));
    }

    /** Words of Aa and BB. */
    private static List<String> words(int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder word = new StringBuilder();
            for (int bit = 0; bit < BITS; bit++) {
                word.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            words.add(word.toString());
        }
        return words;
    }

    /** Byte strings: one more in a byte makes up for 31 less in the next. */
    private static List<Bytes> byteStrings(int length) {
        List<Bytes> all = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            byte[] bytes = new byte[length];
            for (int pair = 0; pair < 9; pair++) {
                int choice = i >> (2 * pair) & 3;
                bytes[2 * pair] = (byte) choice;
                bytes[2 * pair + 1] = (byte) (31 * (3 - choice));
            }
            all.add(Bytes.copyOf(bytes));
        }
        return all;
    }

    private static <T> List<T> each(List<Bytes> values, Function<Bytes, T> make) {
        List<T> all = new ArrayList<>();
        values.forEach(value -> all.add(make.apply(value)));
        return all;
    }

    private static void assertCollide(Collection<?> keys) {
        Set<Integer> hashes = new HashSet<>();
        keys.forEach(key -> hashes.add(key.hashCode()));
        assertThat(hashes).as("different hashes").hasSize(1);
    }

    /** The platform's tables order colliding keys that have an order; Guava's for Android compare each with all. */
    private static <K extends Comparable<K>> void assertTablesTake(Collection<K> keys) {
        assertCollide(keys);
        Map<K, K> map = new HashMap<>();
        keys.forEach(key -> map.put(key, key));
        assertThat(keys.stream().filter(key -> key.equals(map.get(key))).count())
                .isEqualTo(COUNT);
        keys.forEach(map::remove);
        assertThat(map).isEmpty();
    }

    private static Consensus parse(String text) throws DocumentException {
        return Consensus.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void t84_digestsAndIdentities_areTakenInTime() {
        List<Bytes> digests = byteStrings(32);
        assertTablesTake(digests);
        assertTablesTake(each(digests, Ed25519Identity::new));
        assertTablesTake(each(byteStrings(RsaIdentity.LEN), RsaIdentity::new));
    }

    /** A line has 128 KiB at most; the tables are fit for more. */
    @Test
    void t84_parametersWeightsAndFlags_areTakenInTime() throws Exception {
        List<String> words = words(COUNT);
        assertCollide(words);
        Map<String, Integer> values = new HashMap<>();
        words.forEach(word -> values.put(word, 1));
        Consensus consensus = Consensus.builder()
                .validAfter(Instant.EPOCH)
                .freshUntil(Instant.EPOCH.plusSeconds(1))
                .validUntil(Instant.EPOCH.plusSeconds(2))
                .parameters(values)
                .bandwidthWeights(values)
                .knownFlags(words)
                .build();
        assertThat(words)
                .allMatch(word -> consensus.parameters().containsKey(word)
                        && consensus.bandwidthWeights().containsKey(word)
                        && consensus.knownFlags().contains(word));
    }

    @Test
    void t84_longestLines_areReadInTime() throws Exception {
        List<String> words = words(3000);
        String pairs = String.join("=1 ", words) + "=1 ";
        String flags = String.join(" ", words) + " ";
        Consensus consensus = parse(good.replace("params ", "params " + pairs)
                .replace("bandwidth-weights ", "bandwidth-weights " + pairs)
                .replace("known-flags ", "known-flags " + flags)
                .replace("\ns ", "\ns " + flags));
        assertThat(consensus.parameters()).hasSizeGreaterThanOrEqualTo(3000);
        assertThat(consensus.bandwidthWeights()).hasSizeGreaterThanOrEqualTo(3000);
        assertThat(consensus.knownFlags()).hasSizeGreaterThanOrEqualTo(3000);
    }

    @Test
    void t84_keywords_arePassedOverInTime() throws Exception {
        String many = String.join(" x\n", words(COUNT)) + " x\n";
        String some = String.join(" x\n", words(900)) + " x\n"; // about as many as an entry may have
        assertThat(parse(good.replace("voting-delay", many + "voting-delay").replaceFirst("(?m)^s ", some + "s "))
                        .relays())
                .hasSize(1);
        byte[] microdescriptor = TestConsensus.microdescriptor("a", some).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(new MicrodescriptorParser().parseAll(microdescriptor).good()).hasSize(1);
    }

    @Test
    void t84_protocols_areReadInTime() throws Exception {
        List<String> words = words(20_000); // 40 characters each
        StringBuilder protocols = new StringBuilder();
        words.forEach(word -> protocols.append(word).append("=1 "));
        ProtocolVersions read = ProtocolVersions.parse(protocols.toString().trim());
        assertThat(words).allMatch(word -> read.supports(word, 1));
    }

    @Test
    void t84_familyMembers_areReadInTime() throws Exception {
        List<String> names = words(COUNT);
        RelayFamily family = RelayFamily.of(each(byteStrings(RsaIdentity.LEN), RsaIdentity::new), names);
        assertThat(family.size()).isEqualTo(2 * COUNT);
        assertThat(names).allMatch(name -> family.contains(new RsaIdentity(Bytes.copyOf(new byte[20])), name));
        assertThat(family.hashCode())
                .isEqualTo(RelayFamily.of(each(byteStrings(20), RsaIdentity::new), names)
                        .hashCode());
    }
}
