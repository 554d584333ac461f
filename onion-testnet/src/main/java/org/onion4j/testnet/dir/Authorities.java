package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.time.Instant;
import java.util.ArrayList;
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
 * All authorities of a network, and what they do together: at each turn they vote, read each other's votes, compute the
 * consensus, and sign it. Whoever owns this calls {@link #turnOver} when {@link #nextTurn} has come, and gives the outcome
 * to the directories. Any thread; a turn takes some milliseconds. Spec: dir-spec, "Exchanging votes", "Computing a
 * consensus from a set of votes", "Exchanging detached signatures".
 */
public final class Authorities {
    /** The most rounds of random numbers that are made up for when time has been moved. */
    private static final int MAX_MISSED_ROUNDS = 1000;

    private final ImmutableList<Authority> all;
    private final VotingSchedule schedule;
    private final Predicate<RsaIdentity> reachable;
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
            return voters.size() * 2 > all.size() ? consensus(validAfter, now, voters) : Optional.empty();
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
        List<SignedVote> votes = new ArrayList<>();
        List<AuthorityKeys> signers = new ArrayList<>();
        for (Authority authority : voters) {
            votes.add(exchanged(authority.vote(times, relayIdentities, reachable)));
            if (authority.settings().behaviour() == AuthoritySettings.Behaviour.VOTES_AND_SIGNS) {
                signers.add(authority.keys());
            }
        }
        if (signers.isEmpty()) {
            return Optional.empty();
        }
        boolean freshRandom = voters.get(0).random().isFresh();
        for (Authority authority : voters) {
            for (SignedVote vote : votes) {
                authority
                        .random()
                        .learn(vote.vote().source().identity(), vote.vote().sharedRandom());
            }
        }
        ConsensusMaker maker = new ConsensusMaker(votes, all.size(), freshRandom);
        voters.forEach(authority -> authority.random().agree(maker.previousRandom(), maker.currentRandom()));
        ImmutableMap.Builder<Flavour, SignedConsensus> consensuses = ImmutableMap.builder();
        for (Flavour flavour : Flavour.values()) {
            consensuses.put(flavour, SignedConsensus.sign(flavour, maker.unsigned(flavour), times, signers));
        }
        return Optional.of(snapshot(consensuses.buildOrThrow(), votes, voters));
    }

    /** The vote as the others read it. */
    private static SignedVote exchanged(SignedVote vote) {
        try {
            return VoteParser.parse(vote.text().toArray());
        } catch (DocumentException e) {
            throw new IllegalStateException("a vote that we made is no good", e);
        }
    }

    private DirectorySnapshot snapshot(
            ImmutableMap<Flavour, SignedConsensus> consensuses, List<SignedVote> votes, List<Authority> voters) {
        ImmutableList.Builder<AuthorityCertificate> certificates = ImmutableList.builder();
        Map<Bytes, Bytes> microdescriptors = new LinkedHashMap<>();
        TreeMap<RsaIdentity, ServerDescriptor> descriptors = new TreeMap<>();
        all.forEach(authority -> certificates.addAll(authority.keys().certificates()));
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
