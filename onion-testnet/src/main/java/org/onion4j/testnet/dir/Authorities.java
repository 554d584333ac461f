package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ServerDescriptor;

/**
 * All authorities of a network, and what they do together: at each turn they vote, post their votes to each other, compute
 * the consensus, each of the votes that it has, and post their signatures, all by {@link VotingRequests}. Whoever owns this calls {@link #turnOver} when {@link #nextTurn} has come, and gives the outcome
 * to the directories. Any thread; a turn takes some milliseconds. Spec: dir-spec, "Exchanging votes", "Computing a
 * consensus from a set of votes", "Exchanging detached signatures".
 */
public final class Authorities {
    /** The most rounds of random numbers that are made up for when time has been moved. */
    private static final int MAX_MISSED_ROUNDS = 1000;

    /** How many votes are known by their text: those of one turn, and some that come from elsewhere. */
    private static final int MAX_READ = 16;

    private final ImmutableList<Authority> all;
    private final VotingSchedule schedule;
    private final Predicate<RsaIdentity> reachable;
    private final Cache<Bytes, SignedVote> read =
            CacheBuilder.newBuilder().maximumSize(MAX_READ).build();
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Instant> last = Optional.empty(); // valid-after of the last turn; guarded by lock

    /**
     * The authorities of a network.
     *
     * @param reachable which relays they find up; asked during {@link #turnOver}
     */
    public Authorities(List<Authority> all, VotingSchedule schedule, Predicate<RsaIdentity> reachable) {
        checkArgument(!all.isEmpty(), "a network without authorities");
        this.all = ImmutableList.copyOf(all);
        this.schedule = schedule;
        this.reachable = reachable;
        ImmutableSet<RsaIdentity> identities =
                all.stream().map(one -> one.keys().identity()).collect(ImmutableSet.toImmutableSet());
        all.forEach(authority -> authority.exchange().accept(identities, this::readOnce));
    }

    /** Each of them. */
    public ImmutableList<Authority> all() {
        return all;
    }

    /** Their schedule. */
    public VotingSchedule schedule() {
        return schedule;
    }

    /** Uploads a descriptor to all of them; whether all took it. */
    public boolean submit(ServerDescriptor descriptor, Instant now) {
        return submit(descriptor, now, authority -> true);
    }

    /** Uploads a descriptor to those that can be reached; whether that is all of them, and all took it. */
    public boolean submit(ServerDescriptor descriptor, Instant now, Predicate<Authority> reached) {
        boolean taken = true;
        for (Authority authority : all) {
            taken &= reached.test(authority) && authority.submit(descriptor, now) == Authority.Verdict.ACCEPTED;
        }
        return taken;
    }

    /** When the consensus of the last turn, or of now before the first, is no longer fresh. */
    public Instant nextTurn(Instant now) {
        lock.lock();
        try {
            Instant base = last.orElse(schedule.validAfter(now));
            return schedule.freshUntil(base.isAfter(now) ? schedule.validAfter(now) : base);
        } finally {
            lock.unlock();
        }
    }

    /** {@link #turnOver(Instant, Predicate)} with all of them. */
    public Optional<DirectorySnapshot> turnOver(Instant now) {
        return turnOver(now, authority -> true);
    }

    /**
     * Makes the consensus of the interval that {@code now} is in. Rounds of the shared random protocol that were missed
     * since the last turn take place without a consensus; before the first turn, earlier days are made up.
     *
     * @param present which of them are up and can reach each other
     * @return all documents; nothing if not more than half of the authorities vote, or none signs
     */
    public Optional<DirectorySnapshot> turnOver(Instant now, Predicate<Authority> present) {
        lock.lock();
        try {
            Instant validAfter = schedule.validAfter(now);
            List<Authority> voters = new ArrayList<>(all);
            voters.removeIf(
                    one -> one.settings().behaviour() == AuthoritySettings.Behaviour.ABSENT || !present.test(one));
            prepareRandom(validAfter, voters);
            all.forEach(authority -> authority.renewKeys(now));
            last = Optional.of(validAfter);
            Optional<DirectorySnapshot> made = voters.isEmpty() ? Optional.empty() : consensus(validAfter, now, voters);
            all.forEach(authority -> authority.exchange().begin(schedule.freshUntil(validAfter)));
            return made;
        } finally {
            lock.unlock();
        }
    }

    private void prepareRandom(Instant validAfter, List<Authority> voters) {
        long number = schedule.number(validAfter);
        long lastNumber = last.map(schedule::number).orElse(Long.MIN_VALUE);
        if (lastNumber >= number) {
            return;
        }
        if (lastNumber < number - MAX_MISSED_ROUNDS) {
            List<SharedRandom> states = new ArrayList<>();
            all.forEach(authority -> states.add(authority.random()));
            SharedRandom.startAll(states, validAfter);
            return;
        }
        for (long round = lastNumber + 1; round <= number; round++) {
            Instant start = Instant.ofEpochSecond(round * schedule.interval().toSeconds());
            all.forEach(authority -> authority.random().prepare(start));
            if (round < number) {
                exchangeRandom(voters);
            }
        }
    }

    private static void exchangeRandom(List<Authority> voters) {
        Map<RsaIdentity, RandomVote> said = new LinkedHashMap<>();
        for (Authority authority : voters) {
            said.put(authority.keys().identity(), authority.random().vote());
        }
        for (Authority authority : voters) {
            said.forEach(authority.random()::learn);
        }
    }

    private Optional<DirectorySnapshot> consensus(Instant validAfter, Instant now, List<Authority> voters) {
        Vote.Times times = new Vote.Times(
                now.isBefore(validAfter)
                        ? now
                        : validAfter.minus(schedule.distDelay().plus(schedule.voteDelay())),
                validAfter,
                schedule.freshUntil(validAfter),
                schedule.validUntil(validAfter),
                (int) schedule.voteDelay().toSeconds(),
                (int) schedule.distDelay().toSeconds());
        Set<RsaIdentity> relayIdentities = new HashSet<>();
        all.forEach(authority -> relayIdentities.add(authority.relayIdentity()));
        for (Authority authority : voters) {
            authority.exchange().begin(validAfter);
            authority
                    .exchange()
                    .addOwn(read(
                            authority.vote(times, relayIdentities, reachable).text()));
        }
        exchangeVotes(voters);
        boolean freshRandom = voters.get(0).random().isFresh();
        voters.removeIf(one -> 2 * one.exchange().votes().size() <= all.size());
        if (voters.stream().noneMatch(Authorities::signs)) {
            return Optional.empty();
        }
        for (Authority authority : voters) {
            for (SignedVote vote : authority.exchange().votes()) {
                authority
                        .random()
                        .learn(vote.vote().source().identity(), vote.vote().sharedRandom());
            }
        }
        compute(times, voters, freshRandom);
        exchangeSignatures(voters);
        VoteExchange best = voters.stream()
                .map(Authority::exchange)
                .reduce((a, b) -> b.signatureCount() > a.signatureCount() ? b : a)
                .orElseThrow();
        if (best.signatureCount() == 0) {
            return Optional.empty();
        }
        ImmutableMap.Builder<Flavour, SignedConsensus> consensuses = ImmutableMap.builder();
        for (Flavour flavour : Flavour.values()) {
            Optional<SignedConsensus> one = best.consensus(flavour);
            if (!one.isPresent()) {
                return Optional.empty(); // signed by others alone, and not in all flavours
            }
            consensuses.put(flavour, one.get());
        }
        return Optional.of(snapshot(consensuses.buildOrThrow(), best.votes(), voters));
    }

    /** Each posts its vote to each other, and then fetches those that only others have. */
    private static void exchangeVotes(List<Authority> voters) {
        for (Authority from : voters) {
            Bytes own =
                    from.exchange().vote(from.keys().identity()).orElseThrow().text();
            for (Authority to : voters) {
                if (to != from) {
                    VotingRequests.post(to, VotingRequests.post(VotingRequests.POST_VOTE, own));
                }
            }
        }
        for (Authority to : voters) {
            for (Authority from : voters) {
                for (SignedVote vote : from.exchange().votes()) {
                    RsaIdentity identity = vote.vote().source().identity();
                    if (!to.exchange().vote(identity).isPresent()) {
                        DirAnswer fetched = VotingRequests.get(from, DocumentText.upperHex(identity.value()));
                        VotingRequests.post(to, VotingRequests.post(VotingRequests.POST_VOTE, fetched.document()));
                    }
                }
            }
        }
    }

    /** Each computes the consensus of the votes that it has; those that have the same ones get the same. */
    private void compute(Vote.Times times, List<Authority> voters, boolean freshRandom) {
        Map<ImmutableList<Bytes>, ConsensusMaker> makers = new HashMap<>();
        Map<ConsensusMaker, List<UnsignedConsensus>> made = new HashMap<>();
        for (Authority authority : voters) {
            ImmutableList<SignedVote> votes = authority.exchange().votes();
            ImmutableList<Bytes> digests =
                    votes.stream().map(SignedVote::digest).collect(ImmutableList.toImmutableList());
            ConsensusMaker maker =
                    makers.computeIfAbsent(digests, key -> new ConsensusMaker(votes, all.size(), freshRandom));
            authority.random().agree(maker.previousRandom(), maker.currentRandom());
            List<UnsignedConsensus> consensuses = made.computeIfAbsent(maker, one -> unsigned(one, times));
            authority.exchange().computed(consensuses);
        }
    }

    private static List<UnsignedConsensus> unsigned(ConsensusMaker maker, Vote.Times times) {
        List<UnsignedConsensus> all = new ArrayList<>();
        for (Flavour flavour : Flavour.values()) {
            all.add(UnsignedConsensus.of(flavour, times, maker.unsigned(flavour)));
        }
        return all;
    }

    private static boolean signs(Authority authority) {
        return authority.settings().behaviour() == AuthoritySettings.Behaviour.VOTES_AND_SIGNS;
    }

    /** Those that sign do, and post their signatures to each other; then all fetch what only others have. */
    private static void exchangeSignatures(List<Authority> voters) {
        for (Authority from : voters) {
            if (signs(from)) {
                from.exchange().sign(from.keys());
                Bytes text = from.exchange().signatures().orElseThrow().text();
                for (Authority to : voters) {
                    if (to != from) {
                        VotingRequests.post(to, VotingRequests.post(VotingRequests.POST_SIGNATURE, text));
                    }
                }
            }
        }
        for (Authority to : voters) {
            for (Authority from : voters) {
                if (from.exchange().signatureCount() > to.exchange().signatureCount()) {
                    DirAnswer fetched = VotingRequests.get(from, VotingRequests.SIGNATURES);
                    VotingRequests.post(to, VotingRequests.post(VotingRequests.POST_SIGNATURE, fetched.document()));
                }
            }
        }
    }

    /** Reads a vote, once for all who get it. */
    private SignedVote read(Bytes text) {
        try {
            return readOnce(text);
        } catch (DocumentException e) {
            throw new IllegalStateException("a vote that we made is no good", e);
        }
    }

    private SignedVote readOnce(Bytes text) throws DocumentException {
        SignedVote known = read.getIfPresent(text);
        if (known == null) {
            known = VoteParser.parse(text.toArray());
            read.put(text, known);
        }
        return known;
    }

    private DirectorySnapshot snapshot(
            ImmutableMap<Flavour, SignedConsensus> consensuses, List<SignedVote> votes, List<Authority> voters) {
        ImmutableList.Builder<AuthorityCertificate> certificates = ImmutableList.builder();
        Map<Bytes, Bytes> microdescriptors = new LinkedHashMap<>();
        TreeMap<RsaIdentity, ServerDescriptor> descriptors = new TreeMap<>();
        Set<Bytes> signingKeys = new HashSet<>();
        for (Authority authority : all) {
            authority.keys().certificates().forEach(one -> signingKeys.add(one.signingKeyDigest()));
            certificates.addAll(authority.keys().certificates());
        }
        votes.stream() // one that came from elsewhere may have another signing key
                .map(vote -> vote.vote().certificate())
                .filter(one -> signingKeys.add(one.signingKeyDigest()))
                .forEach(certificates::add);
        for (Authority authority : voters) {
            for (ServerDescriptor descriptor : authority.descriptors()) {
                ServerDescriptor known = descriptors.put(descriptor.keys().identity(), descriptor);
                if (known != null && known.published().isAfter(descriptor.published())) {
                    descriptors.put(known.keys().identity(), known);
                }
            }
        }
        for (ServerDescriptor descriptor : descriptors.values()) {
            for (int method : new int[] {ConsensusMaker.METHODS.first(), ConsensusMaker.METHODS.last()}) {
                Bytes text = MicrodescriptorMaker.make(descriptor, method);
                microdescriptors.put(MicrodescriptorMaker.digest(text), text);
            }
        }
        ImmutableSortedMap.Builder<RsaIdentity, Bytes> voteTexts = ImmutableSortedMap.naturalOrder();
        votes.forEach(vote -> voteTexts.put(vote.vote().source().identity(), vote.text()));
        return new DirectorySnapshot(
                consensuses,
                certificates.build(),
                ImmutableMap.copyOf(microdescriptors),
                ImmutableSortedMap.copyOf(descriptors),
                voteTexts.buildOrThrow());
    }
}
