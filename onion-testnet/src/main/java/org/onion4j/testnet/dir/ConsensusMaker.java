package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.SharedRandomValue;

/**
 * Computes a consensus of votes: all that do so from the same votes get the same text. Used once for each set of votes, by
 * one thread. Spec: dir-spec, "Computing a consensus from a set of votes".
 */
final class ConsensusMaker {
    /** The consensus methods that this computes, which differ in microdescriptors alone. */
    static final ImmutableSortedSet<Integer> METHODS = ImmutableSortedSet.of(32, 33, 34, 35);

    private static final Joiner WORDS = Joiner.on(' ');
    private static final int MIN_VOTES_FOR_PARAMETER = 3;
    /** The method from which on the times in entries of the microdescriptor flavour mean nothing. */
    private static final int METHOD_WITHOUT_TIMES = 33;

    private final List<SignedVote> votes;
    private final int authorities;
    private final boolean freshRandom;
    private final int method;
    private final ImmutableSortedMap<String, Integer> parameters;
    private final ImmutableSortedSet<String> flags;

    /**
     * A computation.
     *
     * @param votes of one interval, at least one, none of an authority twice
     * @param authorities how many authorities there are
     * @param freshRandom whether the current shared random value has just been made
     */
    ConsensusMaker(Collection<SignedVote> votes, int authorities, boolean freshRandom) {
        checkArgument(!votes.isEmpty() && votes.size() <= authorities, "%s votes", votes.size());
        this.votes = new ArrayList<>(votes);
        this.votes.sort(Comparator.comparing(v -> v.vote().source().identity()));
        this.authorities = authorities;
        this.freshRandom = freshRandom;
        this.method = method();
        this.parameters = parameters();
        TreeSet<String> known = new TreeSet<>();
        known.add("NoEdConsensus");
        this.votes.forEach(v -> known.addAll(v.vote().knownFlags()));
        this.flags = ImmutableSortedSet.copyOf(known);
    }

    /** The text without its signatures: the next thing in it is {@code directory-signature}. */
    String unsigned(Flavour flavour) {
        DocumentText text = new DocumentText();
        header(text, flavour);
        for (SignedVote vote : votes) {
            source(text, vote);
        }
        RelayCollation collation = new RelayCollation(votes, authorities, method, flags, parameters);
        for (AgreedRelay relay : collation.relays()) {
            if (flavour == Flavour.NS || relay.microdescriptor().isPresent()) {
                relay(text, flavour, relay);
            }
        }
        text.line("directory-footer");
        long scale = Math.max(1, parameters.getOrDefault("bwweightscale", BandwidthWeightsFormula.DEFAULT_SCALE));
        collation
                .weights(scale)
                .compute()
                .ifPresent(weights -> text.line("bandwidth-weights", VoteMaker.parameters(weights)));
        return text.toString();
    }

    /** The highest method that more than two thirds of the voters know. */
    private int method() {
        int best = METHODS.first();
        for (int candidate : METHODS) {
            long knowing = votes.stream()
                    .filter(v -> v.vote().methods().contains(candidate))
                    .count();
            if (3 * knowing > 2L * votes.size()) {
                best = candidate;
            }
        }
        return best;
    }

    private void header(DocumentText text, Flavour flavour) {
        text.line("network-status-version", 3, flavour.keyword())
                .line("vote-status", "consensus")
                .line("consensus-method", method)
                .line("valid-after", DocumentText.time(medianTime(Vote.Times::validAfter)))
                .line("fresh-until", DocumentText.time(medianTime(Vote.Times::freshUntil)))
                .line("valid-until", DocumentText.time(medianTime(Vote.Times::validUntil)))
                .line("voting-delay", medianOf(Vote.Times::voteSeconds), medianOf(Vote.Times::distSeconds))
                .spacedLine("client-versions", "")
                .spacedLine("server-versions", "")
                .line("known-flags", WORDS.join(flags));
        int half = (authorities + 1) / 2;
        int twoThirds = (2 * authorities + 2) / 3;
        text.spacedLine("recommended-client-protocols", protocols(Vote.Protocols::recommendedClient, half))
                .spacedLine("recommended-relay-protocols", protocols(Vote.Protocols::recommendedRelay, half))
                .spacedLine("required-client-protocols", protocols(Vote.Protocols::requiredClient, twoThirds))
                .spacedLine("required-relay-protocols", protocols(Vote.Protocols::requiredRelay, twoThirds));
        if (!parameters.isEmpty()) {
            text.line("params", VoteMaker.parameters(parameters));
        }
        VoteMaker.sharedRandomValues(text, previousRandom(), currentRandom());
    }

    private Instant medianTime(Function<Vote.Times, Instant> time) {
        List<Instant> times = new ArrayList<>();
        votes.forEach(v -> times.add(time.apply(v.vote().times())));
        return lowMedian(times);
    }

    private int medianOf(Function<Vote.Times, Integer> number) {
        List<Integer> numbers = new ArrayList<>();
        votes.forEach(v -> numbers.add(number.apply(v.vote().times())));
        return lowMedian(numbers);
    }

    /** The middle value, the lower one of two. */
    static <T extends Comparable<T>> T lowMedian(List<T> values) {
        List<T> sorted = new ArrayList<>(values);
        sorted.sort(null);
        return sorted.get((sorted.size() - 1) / 2);
    }

    /** The subprotocol versions that at least so many votes list. */
    private String protocols(Function<Vote.Protocols, ProtocolVersions> list, int threshold) {
        Map<String, Integer> counts = new HashMap<>();
        for (SignedVote vote : votes) {
            for (String one : ProtocolList.expand(list.apply(vote.vote().protocols()))) {
                counts.merge(one, 1, Integer::sum);
            }
        }
        counts.values().removeIf(count -> count < threshold);
        return ProtocolList.contract(counts.keySet());
    }

    private ImmutableSortedMap<String, Integer> parameters() {
        TreeMap<String, List<Integer>> values = new TreeMap<>();
        for (SignedVote vote : votes) {
            vote.vote()
                    .parameters()
                    .forEach((name, value) ->
                            values.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
        }
        ImmutableSortedMap.Builder<String, Integer> agreed = ImmutableSortedMap.naturalOrder();
        values.forEach((name, all) -> {
            if (2 * all.size() > authorities || all.size() >= MIN_VOTES_FOR_PARAMETER) {
                agreed.put(name, lowMedian(all));
            }
        });
        return agreed.buildOrThrow();
    }

    /** The shared random value before the current one, if enough authorities have the same. */
    Optional<SharedRandomValue> previousRandom() {
        return sharedRandom(RandomVote::previous);
    }

    /** The current shared random value, if enough authorities have the same. */
    Optional<SharedRandomValue> currentRandom() {
        return sharedRandom(RandomVote::current);
    }

    /** The value that the majority has; that of more than two thirds, or so many as a parameter says, if it is fresh. */
    private Optional<SharedRandomValue> sharedRandom(Function<RandomVote, Optional<SharedRandomValue>> which) {
        Map<SharedRandomValue, Integer> counts = new HashMap<>();
        for (SignedVote vote : votes) {
            RandomVote random = vote.vote().sharedRandom();
            if (random.participates()) {
                which.apply(random).ifPresent(value -> counts.merge(value, 1, Integer::sum));
            }
        }
        int needed = authorities / 2 + 1;
        if (freshRandom) {
            needed = Math.max(needed, parameters.getOrDefault("AuthDirNumSRVAgreements", 2 * authorities / 3));
        }
        for (Map.Entry<SharedRandomValue, Integer> one : counts.entrySet()) {
            if (one.getValue() >= needed) {
                return Optional.of(one.getKey());
            }
        }
        return Optional.empty();
    }

    private static void source(DocumentText text, SignedVote vote) {
        vote.vote().source().write(text);
        text.line("vote-digest", DocumentText.upperHex(vote.digest()));
    }

    private void relay(DocumentText text, Flavour flavour, AgreedRelay relay) {
        VoteEntry entry = relay.entry();
        boolean timeless = flavour == Flavour.MICRODESC && method >= METHOD_WITHOUT_TIMES;
        text.line(
                "r",
                entry.nickname(),
                entry.identity().base64(),
                flavour == Flavour.NS ? DocumentText.base64(entry.descriptorDigest()) : "",
                timeless ? "2038-01-01 00:00:00" : DocumentText.time(entry.published()),
                entry.ipv4(),
                entry.orPort(),
                entry.dirPort());
        relay.ipv6().ifPresent(address -> text.line("a", address));
        if (flavour == Flavour.MICRODESC) {
            relay.microdescriptor().ifPresent(digest -> text.line("m", DocumentText.base64(digest)));
        }
        text.line("s", WORDS.join(relay.flags()));
        if (!relay.version().isEmpty()) {
            text.line("v", relay.version());
        }
        if (!relay.protocols().isEmpty()) {
            text.line("pr", relay.protocols());
        }
        text.line("w", "Bandwidth=" + relay.bandwidth(), relay.measured() ? "" : "Unmeasured=1");
        if (flavour == Flavour.NS) {
            text.line("p", relay.policy());
        }
    }
}
