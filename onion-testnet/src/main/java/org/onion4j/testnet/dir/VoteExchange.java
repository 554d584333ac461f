package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;

/**
 * What one authority has of the next consensus: the votes for it, its own among them, and, once it has computed it, the
 * consensus of each flavour with the signatures that have come. {@link Authorities} says for which interval; what others
 * send meanwhile is kept. Nothing that is refused changes anything. Any thread. Spec: dir-spec, "Exchanging votes",
 * "Exchanging detached signatures".
 */
final class VoteExchange {
    /** The most documents of signatures that wait until there is a consensus. */
    static final int MAX_QUEUED = 16;

    /** Reads and verifies votes. */
    interface VoteReader {
        SignedVote read(Bytes text) throws DocumentException;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<RsaIdentity, SignedVote> votes = new TreeMap<>(); // guarded by lock, like the rest
    private final List<DetachedSignatures> queued = new ArrayList<>();
    private final Map<Flavour, UnsignedConsensus> consensuses = new EnumMap<>(Flavour.class);
    private final Map<Flavour, TreeMap<RsaIdentity, DetachedSignatures.Signature>> signatures =
            new EnumMap<>(Flavour.class);
    private ImmutableSet<RsaIdentity> voters = ImmutableSet.of();
    private Instant validAfter = Instant.MIN;
    private VoteReader reader = text -> VoteParser.parse(text.toArray());

    /** From now on, votes of these are taken; the reader may know some by their text. */
    void accept(ImmutableSet<RsaIdentity> identities, VoteReader voteReader) {
        lock.lock();
        try {
            voters = identities;
            reader = voteReader;
        } finally {
            lock.unlock();
        }
    }

    /** From now on, it is about the consensus of this interval: what was there for another is dropped. */
    void begin(Instant interval) {
        lock.lock();
        try {
            if (!interval.equals(validAfter)) {
                votes.clear();
                queued.clear();
                consensuses.clear();
                signatures.clear();
                validAfter = interval;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Puts its own vote in the place of any other of this identity. */
    void addOwn(SignedVote vote) {
        lock.lock();
        try {
            votes.put(vote.vote().source().identity(), vote);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a vote that has been posted or fetched. The newer of two of one authority stays.
     *
     * @return whether it is one that was not there
     * @throws DocumentException if it is faulty, not of an authority, for another interval, or older than what is there
     */
    boolean addVote(Bytes text) throws DocumentException {
        SignedVote vote = reader().read(text);
        RsaIdentity identity = vote.vote().source().identity();
        lock.lock();
        try {
            if (!voters.contains(identity)) {
                throw new DocumentException("vote of nobody who is an authority");
            }
            if (!vote.vote().times().validAfter().equals(validAfter)) {
                throw new DocumentException("vote for another time");
            }
            SignedVote known = votes.get(identity);
            if (known != null && known.digest().equals(vote.digest())) {
                return false;
            }
            if (!consensuses.isEmpty()) {
                throw new DocumentException("vote came too late");
            }
            if (known != null
                    && !known.vote()
                            .times()
                            .published()
                            .isBefore(vote.vote().times().published())) {
                throw new DocumentException("vote is no newer than the one that is there");
            }
            votes.put(identity, vote);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private VoteReader reader() {
        lock.lock();
        try {
            return reader;
        } finally {
            lock.unlock();
        }
    }

    /** The votes, by the voters' identities. */
    ImmutableList<SignedVote> votes() {
        lock.lock();
        try {
            return ImmutableList.copyOf(votes.values());
        } finally {
            lock.unlock();
        }
    }

    /** The vote of one authority. */
    Optional<SignedVote> vote(RsaIdentity identity) {
        lock.lock();
        try {
            return Optional.ofNullable(votes.get(identity));
        } finally {
            lock.unlock();
        }
    }

    /** It has computed these, one for each flavour; signatures that came before are looked at now, bad ones dropped. */
    void computed(Collection<UnsignedConsensus> made) {
        lock.lock();
        try {
            for (UnsignedConsensus one : made) {
                consensuses.put(one.flavour(), one);
                signatures.put(one.flavour(), new TreeMap<>());
            }
            for (DetachedSignatures one : queued) {
                if (fault(one).isEmpty()) {
                    take(one);
                }
            }
            queued.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a signature of its own. */
    void sign(AuthorityKeys keys) {
        lock.lock();
        try {
            consensuses.forEach((flavour, one) -> signatures.get(flavour).put(keys.identity(), one.sign(keys)));
        } finally {
            lock.unlock();
        }
    }

    /** What became of signatures. */
    enum Verdict {
        ADDED,
        /** All of them had been there. */
        KNOWN,
        /** There is no consensus yet that they could belong to. */
        QUEUED
    }

    /**
     * Takes signatures that have been posted or fetched; of those by one key that were there the first stays.
     *
     * @throws DocumentException if the document is faulty or about another consensus, or a signature is bad or of nobody
     *     who voted; good ones beside that are taken all the same
     */
    Verdict addSignatures(Bytes text) throws DocumentException {
        DetachedSignatures document = DetachedSignatures.parse(text);
        lock.lock();
        try {
            if (!document.validAfter().equals(validAfter)) {
                throw new DocumentException("signatures for another time");
            }
            if (consensuses.isEmpty()) {
                if (queued.contains(document)) {
                    return Verdict.QUEUED;
                }
                if (queued.size() >= MAX_QUEUED) {
                    throw new DocumentException("too many signatures wait for a consensus");
                }
                queued.add(document);
                return Verdict.QUEUED;
            }
            Optional<String> fault = fault(document);
            if (fault.isPresent()) {
                throw new DocumentException(fault.get());
            }
            Outcome outcome = take(document);
            if (outcome.bad() > 0) {
                throw new DocumentException(outcome.bad() + " signatures are bad");
            }
            return outcome.added() > 0 ? Verdict.ADDED : Verdict.KNOWN;
        } finally {
            lock.unlock();
        }
    }

    /** Why a document is not about our consensuses, if it isn't. */
    private Optional<String> fault(DetachedSignatures document) {
        UnsignedConsensus plain = consensuses.get(Flavour.NS);
        boolean same = document.digest().equals(plain.digest())
                && document.freshUntil().equals(plain.times().freshUntil())
                && document.validUntil().equals(plain.times().validUntil());
        for (DetachedSignatures.FlavourDigest one : document.additionalDigests()) {
            for (UnsignedConsensus ours : consensuses.values()) {
                boolean meant = one.flavour().equals(UnsignedConsensus.name(ours.flavour()))
                        && one.algorithm().equals(UnsignedConsensus.algorithm(ours.flavour()));
                same &= !meant || one.digest().equals(ours.digest());
            }
        }
        return same ? Optional.empty() : Optional.of("signatures of another consensus");
    }

    private record Outcome(int added, int bad) {}

    private Outcome take(DetachedSignatures document) {
        int added = 0;
        int bad = 0;
        for (DetachedSignatures.Signature one : document.signatures()) {
            for (UnsignedConsensus ours : consensuses.values()) {
                boolean meant = one.flavour().equals(UnsignedConsensus.name(ours.flavour()))
                        && one.algorithm().equals(UnsignedConsensus.algorithm(ours.flavour()));
                TreeMap<RsaIdentity, DetachedSignatures.Signature> known = signatures.get(ours.flavour());
                if (!meant || one.equals(known.get(one.identity()))) {
                    continue;
                }
                if (!isGood(one, ours)) {
                    bad++;
                } else if (known.putIfAbsent(one.identity(), one) == null) {
                    added++;
                }
            }
        }
        return new Outcome(added, bad);
    }

    /** Whether somebody who voted made it with the key of the certificate in the vote. */
    private boolean isGood(DetachedSignatures.Signature one, UnsignedConsensus ours) {
        SignedVote vote = votes.get(one.identity());
        if (vote == null) {
            return false;
        }
        AuthorityCertificate certificate = vote.vote().certificate();
        return certificate.signingKeyDigest().equals(one.signingKeyDigest())
                && certificate.signingKey().verifyDigest(ours.digest(), one.signature());
    }

    /** How many signatures there are, in all flavours. */
    int signatureCount() {
        lock.lock();
        try {
            return signatures.values().stream().mapToInt(TreeMap::size).sum();
        } finally {
            lock.unlock();
        }
    }

    /** All signatures that it knows; nothing before there is one. */
    Optional<DetachedSignatures> signatures() {
        lock.lock();
        try {
            UnsignedConsensus plain = consensuses.get(Flavour.NS);
            if (plain == null || signatureCount() == 0) {
                return Optional.empty();
            }
            ImmutableList.Builder<DetachedSignatures.FlavourDigest> digests = ImmutableList.builder();
            ImmutableList.Builder<DetachedSignatures.Signature> all = ImmutableList.builder();
            for (UnsignedConsensus one : consensuses.values()) {
                if (one.flavour() != Flavour.NS) {
                    digests.add(new DetachedSignatures.FlavourDigest(
                            UnsignedConsensus.name(one.flavour()),
                            UnsignedConsensus.algorithm(one.flavour()),
                            one.digest()));
                }
                all.addAll(signatures.get(one.flavour()).values());
            }
            return Optional.of(new DetachedSignatures(
                    plain.digest(),
                    plain.times().validAfter(),
                    plain.times().freshUntil(),
                    plain.times().validUntil(),
                    digests.build(),
                    all.build()));
        } finally {
            lock.unlock();
        }
    }

    /** A consensus with the signatures that it has; nothing before there is one. */
    Optional<SignedConsensus> consensus(Flavour flavour) {
        lock.lock();
        try {
            UnsignedConsensus one = consensuses.get(flavour);
            return one == null || signatures.get(flavour).isEmpty()
                    ? Optional.empty()
                    : Optional.of(one.with(signatures.get(flavour).values()));
        } finally {
            lock.unlock();
        }
    }
}
