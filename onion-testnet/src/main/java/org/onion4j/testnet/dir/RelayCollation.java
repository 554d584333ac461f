package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Finds out what votes agree on about each relay. Used once, by one thread. Spec: dir-spec, "Computing a consensus". */
final class RelayCollation {
    private static final int DEFAULT_MAX_UNMEASURED = 20;
    private static final int MIN_MEASUREMENTS = 3;
    private static final Comparator<String> VERSIONS = RelayCollation::compareVersions;

    private final List<SignedVote> votes;
    private final int authorities;
    private final int method;
    private final ImmutableSortedSet<String> knownFlags;
    private final Map<String, Integer> flagVoters = new HashMap<>();
    private final long maxUnmeasured;
    private final boolean capUnmeasured;
    private final ImmutableList<AgreedRelay> relays;

    RelayCollation(
            List<SignedVote> votes,
            int authorities,
            int method,
            ImmutableSortedSet<String> knownFlags,
            Map<String, Integer> parameters) {
        this.votes = votes;
        this.authorities = authorities;
        this.method = method;
        this.knownFlags = knownFlags;
        for (SignedVote vote : votes) {
            vote.vote().knownFlags().forEach(flag -> flagVoters.merge(flag, 1, Integer::sum));
        }
        this.maxUnmeasured = Math.max(1, parameters.getOrDefault("maxunmeasuredbw", DEFAULT_MAX_UNMEASURED));
        this.capUnmeasured = votes.stream()
                        .filter(v -> v.vote().entries().stream()
                                .anyMatch(e -> e.measured().isPresent()))
                        .count()
                >= MIN_MEASUREMENTS;
        ImmutableList.Builder<AgreedRelay> agreed = ImmutableList.builder();
        for (List<VoteEntry> entries : byIdentity().values()) {
            agree(entries).ifPresent(agreed::add);
        }
        this.relays = agreed.build();
    }

    /** Those that are to be in the consensus, in its order. */
    ImmutableList<AgreedRelay> relays() {
        return relays;
    }

    /** The formula for the bandwidth of the relays; as in C tor, there is one kilobyte of each kind to begin with. */
    BandwidthWeightsFormula weights(long scale) {
        long g = 1;
        long m = 1;
        long e = 1;
        long d = 1;
        for (AgreedRelay relay : relays) {
            boolean exit = relay.flags().contains("Exit") && !relay.flags().contains("BadExit");
            boolean guard = relay.flags().contains("Guard");
            g += guard && !exit ? relay.bandwidth() : 0;
            m += !guard && !exit ? relay.bandwidth() : 0;
            e += !guard && exit ? relay.bandwidth() : 0;
            d += guard && exit ? relay.bandwidth() : 0;
        }
        return new BandwidthWeightsFormula(g, m, e, d, scale);
    }

    /** The entries of each relay that enough votes have, by its RSA identity. */
    private Map<RsaIdentity, List<VoteEntry>> byIdentity() {
        Map<RsaIdentity, List<VoteEntry>> all = new TreeMap<>();
        for (SignedVote vote : votes) {
            for (VoteEntry entry : vote.vote().entries()) {
                all.computeIfAbsent(entry.identity(), id -> new ArrayList<>()).add(entry);
            }
        }
        all.values().removeIf(entries -> 2 * entries.size() <= authorities);
        return all;
    }

    /** The Ed25519 identity that the majority has for the relay. */
    private Optional<Ed25519Identity> agreedEd25519(List<VoteEntry> entries) {
        Map<Ed25519Identity, Integer> counts = new HashMap<>();
        for (VoteEntry entry : entries) {
            entry.ed25519Identity().ifPresent(id -> counts.merge(id, 1, Integer::sum));
        }
        for (Map.Entry<Ed25519Identity, Integer> one : counts.entrySet()) {
            if (2 * one.getValue() > authorities) {
                return Optional.of(one.getKey());
            }
        }
        return Optional.empty();
    }

    private Optional<AgreedRelay> agree(List<VoteEntry> listed) {
        Optional<Ed25519Identity> ed25519 = agreedEd25519(listed);
        List<VoteEntry> entries = new ArrayList<>(listed);
        if (ed25519.isPresent()) {
            // votes for another pair of identities don't count for this one
            entries.removeIf(
                    e -> e.ed25519Identity().isPresent() && !e.ed25519Identity().equals(ed25519));
        }
        VoteEntry chosen = mostListed(entries);
        List<VoteEntry> same = new ArrayList<>(entries);
        same.removeIf(e -> ORDER.compare(e, chosen) != 0);
        Set<String> flags = flags(entries, ed25519.isPresent());
        if (!flags.contains("Running") || !flags.contains("Valid")) {
            return Optional.empty();
        }
        if (flags.contains("MiddleOnly")) {
            ImmutableList.of("Exit", "V2Dir", "Guard", "HSDir").forEach(flags::remove);
            if (knownFlags.contains("BadExit")) {
                flags.add("BadExit");
            }
        }
        List<Long> measured = new ArrayList<>();
        List<Long> claimed = new ArrayList<>();
        for (VoteEntry entry : entries) {
            entry.measured().ifPresent(measured::add);
            claimed.add(entry.bandwidth());
        }
        boolean enough = measured.size() >= MIN_MEASUREMENTS;
        long bandwidth = ConsensusMaker.lowMedian(enough ? measured : claimed);
        return Optional.of(new AgreedRelay(
                chosen,
                mostFrequent(texts(same, e -> e.ipv6().orElse("")), Comparator.naturalOrder()),
                mostFrequent(digests(same), Comparator.naturalOrder()),
                ImmutableSortedSet.copyOf(flags),
                mostFrequent(texts(entries, VoteEntry::version), VERSIONS).orElse(""),
                mostFrequent(texts(entries, VoteEntry::protocols), Comparator.naturalOrder())
                        .orElse(""),
                !enough && capUnmeasured ? Math.min(bandwidth, maxUnmeasured) : bandwidth,
                enough,
                mostFrequent(texts(same, VoteEntry::policy), Comparator.naturalOrder())
                        .orElse("reject 1-65535")));
    }

    /** By descriptor, smaller digests first; entries that are equal here are about the same descriptor. */
    private static final Comparator<VoteEntry> ORDER = Comparator.comparing(VoteEntry::descriptorDigest)
            .thenComparing(VoteEntry::published, Comparator.reverseOrder())
            .thenComparing(VoteEntry::nickname, Comparator.reverseOrder())
            .thenComparing(VoteEntry::ipv4)
            .thenComparing(VoteEntry::orPort, Comparator.reverseOrder())
            .thenComparing(VoteEntry::dirPort, Comparator.reverseOrder());

    /** The descriptor that most votes have, of several the newest, of several the one with the smaller digest. */
    private static VoteEntry mostListed(List<VoteEntry> entries) {
        List<VoteEntry> sorted = new ArrayList<>(entries);
        sorted.sort(ORDER);
        VoteEntry best = sorted.get(0);
        int bestCount = 0;
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            while (to < sorted.size() && ORDER.compare(sorted.get(from), sorted.get(to)) == 0) {
                to++;
            }
            VoteEntry candidate = sorted.get(from);
            int count = to - from;
            if (count > bestCount
                    || (count == bestCount && candidate.published().isAfter(best.published()))) {
                best = candidate;
                bestCount = count;
            }
            from = to;
        }
        return best;
    }

    private Set<String> flags(List<VoteEntry> entries, boolean ed25519Agreed) {
        Set<String> chosen = new TreeSet<>();
        for (String flag : knownFlags) {
            long setting =
                    entries.stream().filter(e -> e.flags().contains(flag)).count();
            if (flag.equals("NoEdConsensus") ? !ed25519Agreed : 2 * setting > flagVoters.getOrDefault(flag, 0)) {
                chosen.add(flag);
            }
        }
        return chosen;
    }

    private List<Bytes> digests(List<VoteEntry> entries) {
        List<Bytes> digests = new ArrayList<>();
        for (VoteEntry entry : entries) {
            entry.microdescriptor(method).ifPresent(digests::add);
        }
        return digests;
    }

    private static List<String> texts(List<VoteEntry> entries, Function<VoteEntry, String> part) {
        List<String> texts = new ArrayList<>();
        for (VoteEntry entry : entries) {
            String text = part.apply(entry);
            if (!text.isEmpty()) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** The value that is there most often, of several the last in the order; none if there are no values. */
    private static <T> Optional<T> mostFrequent(List<T> values, Comparator<T> order) {
        Map<T, Integer> counts = new HashMap<>();
        values.forEach(value -> counts.merge(value, 1, Integer::sum));
        Comparator<Map.Entry<T, Integer>> byCount = Map.Entry.comparingByValue();
        return ImmutableMap.copyOf(counts).entrySet().stream()
                .max(byCount.thenComparing(Map.Entry::getKey, order))
                .map(Map.Entry::getKey);
    }

    /** Orders versions such as {@code Tor 0.4.9.11} by their numbers. */
    private static int compareVersions(String a, String b) {
        String[] partsOfA = a.split("[^0-9]+", -1);
        String[] partsOfB = b.split("[^0-9]+", -1);
        for (int i = 0; i < Math.min(partsOfA.length, partsOfB.length); i++) {
            int order = Integer.compare(partsOfA[i].length(), partsOfB[i].length());
            order = order != 0 ? order : partsOfA[i].compareTo(partsOfB[i]);
            if (order != 0) {
                return order;
            }
        }
        return a.compareTo(b);
    }
}
