package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.SharedRandomValue;

/**
 * What one authority knows of the shared random protocol. Its own random numbers follow from a secret, so that a network
 * of the same seed has the same values. Not for more than one thread. Spec: srv-spec; but for the order of the reveals,
 * where this does as C tor does.
 */
final class SharedRandom {
    private static final byte[] TOKEN = "shared-random".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    private final RsaIdentity self;
    private final VotingSchedule schedule;
    private final Bytes secret;
    private final Map<RsaIdentity, RandomCommit> commits = new HashMap<>();
    private Optional<SharedRandomValue> previous = Optional.empty();
    private Optional<SharedRandomValue> current = Optional.empty();
    private long run = Long.MIN_VALUE;
    private int round;

    /**
     * Begins without any values.
     *
     * @param self the authority's v3 identity
     * @param secret what its random numbers follow from
     */
    SharedRandom(RsaIdentity self, VotingSchedule schedule, Bytes secret) {
        this.self = self;
        this.schedule = schedule;
        this.secret = secret;
    }

    /** Puts all authorities where they were if they had been running for days before the consensus of this interval. */
    static void startAll(Collection<SharedRandom> all, Instant validAfter) {
        for (SharedRandom one : all) {
            long run = one.schedule.randomRun(validAfter);
            Optional<SharedRandomValue> previous = Optional.of(value(parts(all, run - 2), Optional.empty()));
            one.previous = previous;
            one.current = Optional.of(value(parts(all, run - 1), previous));
            one.run = run;
            one.round = one.schedule.randomRound(validAfter);
            one.commits.clear();
            boolean revealing = one.isRevealing();
            for (RandomCommit part : parts(all, run)) {
                boolean show = part.authority().equals(one.self) || revealing;
                one.commits.put(part.authority(), show ? part : part.hidden());
            }
        }
    }

    private static List<RandomCommit> parts(Collection<SharedRandom> all, long run) {
        List<RandomCommit> parts = new ArrayList<>();
        for (SharedRandom one : all) {
            parts.add(one.ownPart(run));
        }
        return parts;
    }

    private RandomCommit ownPart(long ofRun) {
        long interval = schedule.interval().toSeconds();
        Instant start = Instant.ofEpochSecond(ofRun * 2 * VotingSchedule.RANDOM_ROUNDS * interval);
        byte[] random = Digests.sha3Array(secret.toArray(), Longs.toByteArray(ofRun));
        return RandomCommit.make(self, start, random);
    }

    /** Gets ready to vote for the consensus of an interval, later than those before. */
    void prepare(Instant validAfter) {
        long nextRun = schedule.randomRun(validAfter);
        if (nextRun != run) {
            boolean wholeRunSeen = nextRun == run + 1 && isRevealing();
            previous = nextRun == run + 1 ? current : Optional.empty();
            current = wholeRunSeen ? Optional.of(value(commits.values(), previous)) : Optional.empty();
            commits.clear();
            run = nextRun;
        }
        round = schedule.randomRound(validAfter);
        commits.putIfAbsent(self, ownPart(run));
    }

    private boolean isRevealing() {
        return round >= VotingSchedule.RANDOM_ROUNDS;
    }

    /** What to say in the vote that {@link #prepare} was for. */
    RandomVote vote() {
        List<RandomCommit> shown = new ArrayList<>();
        for (RandomCommit commit : commits.values()) {
            shown.add(isRevealing() ? commit : commit.hidden());
        }
        shown.sort(Comparator.comparing(RandomCommit::authority));
        return new RandomVote(true, ImmutableList.copyOf(shown), previous, current);
    }

    /** Takes from another authority's vote for the same interval what it says of itself; a faulty part doesn't count. */
    void learn(RsaIdentity voter, RandomVote vote) {
        for (RandomCommit said : vote.commits()) {
            RandomCommit known = commits.get(voter);
            if (voter.equals(self) || !said.authority().equals(voter) || !said.isGood()) {
                continue;
            }
            if (known == null && !isRevealing()) {
                commits.put(voter, said.hidden());
            } else if (known != null && isRevealing() && known.commit().equals(said.commit())) {
                commits.put(voter, said);
            }
        }
    }

    /** Takes the values of a consensus: an authority that missed some has other ones, or none. */
    void agree(Optional<SharedRandomValue> agreedPrevious, Optional<SharedRandomValue> agreedCurrent) {
        previous = agreedPrevious;
        current = agreedCurrent;
    }

    /** Whether the current value has just been made, so that it takes more votes to be believed. */
    boolean isFresh() {
        return round == 0;
    }

    /** The value of a run in which these parts were revealed; those that weren't don't count. */
    static SharedRandomValue value(Collection<RandomCommit> parts, Optional<SharedRandomValue> previous) {
        List<RandomCommit> revealed = new ArrayList<>();
        for (RandomCommit part : parts) {
            if (part.reveal().isPresent()) {
                revealed.add(checkNotNull(part));
            }
        }
        revealed.sort(Comparator.comparing(RandomCommit::committedDigest));
        StringBuilder all = new StringBuilder();
        for (RandomCommit part : revealed) {
            all.append(DocumentText.upperHex(part.authority().value()))
                    .append(part.reveal().get());
        }
        byte[] hashed = Digests.sha3Array(all.toString().getBytes(StandardCharsets.US_ASCII));
        byte[] last = previous.map(p -> p.value().toArray()).orElse(new byte[SharedRandomValue.LEN]);
        Bytes value = Digests.sha3(TOKEN, Longs.toByteArray(revealed.size()), Ints.toByteArray(VERSION), hashed, last);
        return new SharedRandomValue(revealed.size(), value);
    }
}
