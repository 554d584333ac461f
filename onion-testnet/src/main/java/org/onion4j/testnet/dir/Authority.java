package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.ServerDescriptor;

/**
 * One directory authority: takes the descriptors of relays and votes about them. {@link Authorities} asks it to when it is
 * time. Any thread. Spec: dir-spec, "Directory authority operation and formats".
 */
public final class Authority {
    private static final Duration EARLY = Duration.ofHours(12);
    private static final Duration OLD = Duration.ofHours(24);
    private static final long MAX_CLAIMED_BANDWIDTH = 10_000_000;

    private final String nickname;
    private final RsaIdentity relayIdentity;
    private final Inet4Address address;
    private final int orPort;
    private final int dirPort;
    private final RandomSource keySource;
    private final SharedRandom random;
    private final VoteExchange exchange = new VoteExchange();

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<RsaIdentity, ServerDescriptor> descriptors = new TreeMap<>(); // guarded by lock
    private final Map<RsaIdentity, ExtraInfo> extraInfos = new HashMap<>(); // guarded by lock
    private volatile AuthorityKeys keys;
    private volatile AuthoritySettings settings = AuthoritySettings.DEFAULT;

    /**
     * An authority.
     *
     * @param relayIdentity the RSA identity that it has as a relay
     * @param dirPort where it takes plain HTTP; 0 for none
     * @param keySource what later signing keys are made from
     */
    public Authority(
            String nickname,
            RsaIdentity relayIdentity,
            Inet4Address address,
            int orPort,
            int dirPort,
            AuthorityKeys keys,
            RandomSource keySource,
            VotingSchedule schedule) {
        this.nickname = nickname;
        this.relayIdentity = relayIdentity;
        this.address = address;
        this.orPort = orPort;
        this.dirPort = dirPort;
        this.keys = keys;
        this.keySource = keySource;
        Bytes secret = Digests.sha3(keys.sign(keys.identity().value()).toArray());
        this.random = new SharedRandom(keys.identity(), schedule, secret);
    }

    /** What a relay tells for statistics alone. */
    private record ExtraInfo(Bytes digest, Bytes text) {}

    /** What became of a descriptor. */
    public enum Verdict {
        ACCEPTED,
        /** The authority has this one or a newer one. */
        NOT_NEW,
        /** It is not in date. */
        REJECTED
    }

    /** Takes a descriptor, whose signatures have been verified. */
    public Verdict submit(ServerDescriptor descriptor, Instant now) {
        Instant published = descriptor.published();
        boolean inDate =
                descriptor.validAt(now) && !published.isAfter(now.plus(EARLY)) && !published.isBefore(now.minus(OLD));
        if (!inDate) {
            return Verdict.REJECTED;
        }
        lock.lock();
        try {
            ServerDescriptor known = descriptors.get(descriptor.keys().identity());
            if (known != null) {
                if (!known.keys().ed25519Identity().equals(descriptor.keys().ed25519Identity())) {
                    return Verdict.REJECTED; // a pair of identities stays together
                }
                if (!known.published().isBefore(published)) {
                    return Verdict.NOT_NEW;
                }
            }
            descriptors.put(descriptor.keys().identity(), descriptor);
            return Verdict.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the extra-info document that a descriptor names. */
    void keepExtraInfo(RsaIdentity identity, Bytes digest, Bytes text) {
        lock.lock();
        try {
            extraInfos.put(identity, new ExtraInfo(digest, text));
        } finally {
            lock.unlock();
        }
    }

    /** The extra-info documents of these digests, as far as it has them. */
    List<Bytes> extraInfosByDigest(Collection<Bytes> digests) {
        lock.lock();
        try {
            return extraInfos.values().stream()
                    .filter(one -> digests.contains(one.digest()))
                    .map(ExtraInfo::text)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** The extra-info documents of these relays, as far as it has them. */
    List<Bytes> extraInfosByIdentity(Collection<Bytes> identities) {
        lock.lock();
        try {
            return extraInfos.entrySet().stream()
                    .filter(one -> identities.contains(one.getKey().value()))
                    .map(one -> one.getValue().text())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a relay. */
    public void forget(RsaIdentity identity) {
        lock.lock();
        try {
            descriptors.remove(identity);
            extraInfos.remove(identity);
        } finally {
            lock.unlock();
        }
    }

    /** The descriptors that it has, by the relays' RSA identities. */
    public ImmutableList<ServerDescriptor> descriptors() {
        lock.lock();
        try {
            return ImmutableList.copyOf(descriptors.values());
        } finally {
            lock.unlock();
        }
    }

    /** What it thinks, and how it behaves. */
    public AuthoritySettings settings() {
        return settings;
    }

    /** From the next vote on, it thinks and behaves like this. */
    public void setSettings(AuthoritySettings value) {
        settings = value;
    }

    /** Its nickname. */
    public String nickname() {
        return nickname;
    }

    /** The RSA identity that it has as a relay. */
    public RsaIdentity relayIdentity() {
        return relayIdentity;
    }

    /** Its keys for voting. */
    public AuthorityKeys keys() {
        return keys;
    }

    /** Replaces the signing key if it is time for that. By {@link Authorities}, one at a time. */
    void renewKeys(Instant now) {
        if (keys.isDue(now)) {
            keys = keys.withNewSigningKey(keySource, now);
        }
    }

    /** Its IPv4 address. */
    public Inet4Address address() {
        return address;
    }

    /** Its OR port. */
    public int orPort() {
        return orPort;
    }

    /** Where it takes plain HTTP; 0 for none. */
    public int dirPort() {
        return dirPort;
    }

    SharedRandom random() {
        return random;
    }

    /** What it has of the next consensus. */
    VoteExchange exchange() {
        return exchange;
    }

    /**
     * Its vote for the consensus of an interval; its part of the shared random protocol must be prepared for that.
     *
     * @param authorities the RSA identities of all authorities as relays
     * @param reachable which relays it finds up
     */
    SignedVote vote(Vote.Times times, Set<RsaIdentity> authorities, Predicate<RsaIdentity> reachable) {
        AuthoritySettings opinion = settings;
        List<ServerDescriptor> running = new ArrayList<>();
        for (ServerDescriptor descriptor : descriptors()) {
            boolean old = descriptor.published().plus(OLD).isBefore(times.validAfter());
            if (!old
                    && !descriptor.hibernating()
                    && reachable.test(descriptor.keys().identity())) {
                running.add(descriptor);
            }
        }
        FlagRules rules = FlagRules.of(running);
        ImmutableList.Builder<VoteEntry> entries = ImmutableList.builder();
        for (ServerDescriptor descriptor : running) {
            RsaIdentity identity = descriptor.keys().identity();
            ImmutableSortedSet<String> flags =
                    rules.flags(descriptor, authorities.contains(identity), times.validAfter());
            AuthoritySettings.FlagChange change = opinion.flagChanges().get(identity);
            Long measured = opinion.measured().get(identity);
            entries.add(entry(
                    descriptor,
                    change == null ? flags : change.apply(flags),
                    measured == null ? OptionalLong.empty() : OptionalLong.of(measured)));
        }
        Vote vote = new Vote(
                new Vote.Source(
                        nickname,
                        keys.identity(),
                        address.getHostAddress(),
                        dirPort,
                        orPort,
                        "authority of a test network"),
                times,
                ConsensusMaker.METHODS,
                FlagRules.KNOWN,
                opinion.protocols().parsed(),
                opinion.parameters(),
                random.vote(),
                keys.certificate(),
                entries.build());
        return VoteMaker.sign(vote, keys);
    }

    private static VoteEntry entry(
            ServerDescriptor descriptor, ImmutableSortedSet<String> flags, OptionalLong measured) {
        ServerDescriptor.Addresses addresses = descriptor.addresses();
        ServerDescriptor.Bandwidth bandwidth = descriptor.bandwidth();
        long claimed = Math.min(MAX_CLAIMED_BANDWIDTH, Math.min(bandwidth.rate(), bandwidth.observed()));
        return new VoteEntry(
                descriptor.nickname(),
                descriptor.keys().identity(),
                descriptor.digest(),
                descriptor.published(),
                addresses.ipv4().getHostAddress(),
                addresses.orPort(),
                addresses.dirPort(),
                addresses.ipv6().map(DescriptorMaker::address),
                flags,
                version(descriptor.platform()),
                descriptor.protocols().toString(),
                claimed / 1000,
                measured,
                descriptor.ipv4Policy().summary(Inet4Address.class).toString(),
                Optional.of(descriptor.keys().ed25519Identity()),
                microdescriptors(descriptor));
    }

    private static ImmutableList<VoteEntry.MicrodescriptorName> microdescriptors(ServerDescriptor descriptor) {
        ImmutableList.Builder<VoteEntry.MicrodescriptorName> names = ImmutableList.builder();
        ImmutableSortedSet<Integer> older = ConsensusMaker.METHODS.headSet(MicrodescriptorMaker.FAMILY_IDS_METHOD);
        ImmutableSortedSet<Integer> newer = ConsensusMaker.METHODS.tailSet(MicrodescriptorMaker.FAMILY_IDS_METHOD);
        Bytes old = MicrodescriptorMaker.digest(MicrodescriptorMaker.make(descriptor, older.first()));
        Bytes recent = MicrodescriptorMaker.digest(MicrodescriptorMaker.make(descriptor, newer.first()));
        if (old.equals(recent)) {
            names.add(new VoteEntry.MicrodescriptorName(ConsensusMaker.METHODS, old));
        } else {
            names.add(new VoteEntry.MicrodescriptorName(ImmutableSet.copyOf(older), old));
            names.add(new VoteEntry.MicrodescriptorName(ImmutableSet.copyOf(newer), recent));
        }
        return names.build();
    }

    /** The first two words of a platform of C tor's form; nothing of others. */
    private static String version(String platform) {
        String[] words = platform.split(" ", -1);
        return words.length >= 2 && words[0].equals("Tor") ? words[0] + " " + words[1] : "";
    }

    /** Names the kind and the nickname. */
    @Override
    public String toString() {
        return "Authority " + nickname;
    }
}
