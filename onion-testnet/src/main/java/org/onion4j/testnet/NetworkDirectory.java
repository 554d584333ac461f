package org.onion4j.testnet;

import com.google.common.collect.Sets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.dir.Authorities;
import org.onion4j.testnet.dir.Authority;
import org.onion4j.testnet.dir.AuthoritySettings;
import org.onion4j.testnet.dir.DescriptorMaker;
import org.onion4j.testnet.dir.DirectorySnapshot;
import org.onion4j.testnet.dir.DirectoryStore;
import org.onion4j.testnet.dir.RelayProfile;
import org.onion4j.testnet.dir.VotingSchedule;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.loop.Loop;

/**
 * The life of the network's directory: relays publish descriptors, authorities vote by their schedule, and every relay gets
 * the new documents, as far as partitions let it. Threading: {@link #begin} by the network's maker; the rest on the loop,
 * but for what says so.
 */
final class NetworkDirectory {
    /** How old a relay lets its descriptor get. */
    private static final Duration REPUBLISH = Duration.ofHours(12);

    /**
     * Kilobytes a second that authorities measure of every relay: of one that came from elsewhere, and so of ours too, since
     * what isn't measured counts little once something is.
     */
    private static final long WEIGHT = 10_000;

    /** One of our relays. */
    record Member(RelayHost host, RelayProfile profile) {}

    private final List<Member> members;
    private final Authorities authorities;
    private final Loop loop;
    private final Instant started;
    private final Map<RsaIdentity, Member> byIdentity = new HashMap<>();
    private final Map<Member, ServerDescriptor> published = new HashMap<>(); // to all authorities
    private Set<Member> voting = Set.of(); // the side that makes the consensus of this turn

    NetworkDirectory(List<Member> members, List<Authority> all, VotingSchedule schedule, Loop loop) {
        this.members = List.copyOf(members);
        this.authorities = new Authorities(all, schedule, this::isReachable);
        this.loop = loop;
        this.started = loop.time().now();
        members.forEach(member -> byIdentity.put(member.host.identity().rsaIdentity(), member));
    }

    /** Whether the authorities that vote find a relay up; those that came from elsewhere are believed. */
    private boolean isReachable(RsaIdentity identity) {
        Member member = byIdentity.get(identity);
        return member == null || (member.host.isReachable() && voting.contains(member));
    }

    private Member member(Authority authority) {
        return byIdentity.get(authority.relayIdentity());
    }

    /** Makes the first consensus, and goes on by the schedule. */
    void begin() {
        turn();
    }

    private void turn() {
        Instant now = loop.time().now();
        List<Set<Member>> sides = sides();
        for (Set<Member> side : sides) {
            for (Member member : side) {
                if (member.host.isReachable()) {
                    member.host.identity().renew(now);
                    if (isDue(member, now)) {
                        publish(member, side, now);
                    }
                }
            }
        }
        authorities.all().forEach(this::welcomeGuests);
        voting = Collections.max(sides, Comparator.comparing(this::voters));
        authorities
                .turnOver(now, one -> canVote(one, voting))
                .ifPresent(made -> voting.forEach(member -> store(member).publish(made)));
        loop.schedule(this::turn, Duration.between(now, authorities.nextTurn(now)));
    }

    /** Whether a relay's descriptor is old, or doesn't name its keys any more. */
    private boolean isDue(Member member, Instant now) {
        ServerDescriptor last = published.get(member);
        if (last == null || !last.published().plus(REPUBLISH).isAfter(now)) {
            return true;
        }
        RelayIdentity keys = member.host.identity();
        return !last.keys().ntorOnionKey().equals(keys.ntorOnionKey())
                || !last.validAt(keys.signing().expires().minusSeconds(3600));
    }

    private long voters(Set<Member> side) {
        return authorities.all().stream().filter(one -> canVote(one, side)).count();
    }

    private boolean canVote(Authority authority, Set<Member> side) {
        return side.contains(member(authority)) && member(authority).host.isReachable();
    }

    private static DirectoryStore store(Member member) {
        return member.host.directory().store();
    }

    /**
     * The parts that the network has fallen into: two relays are in one if they can reach each other, directly or over
     * others. The order follows from that of the relays.
     */
    private List<Set<Member>> sides() {
        List<Set<Member>> sides = new ArrayList<>();
        Set<Member> left = new LinkedHashSet<>(members);
        while (!left.isEmpty()) {
            Set<Member> side = new LinkedHashSet<>();
            Deque<Member> open = new ArrayDeque<>(List.of(left.iterator().next()));
            left.removeAll(open);
            while (!open.isEmpty()) {
                Member one = open.remove();
                side.add(one);
                List<Member> reached = new ArrayList<>(left);
                reached.removeIf(other -> one.host.isApartFrom(other.host));
                reached.forEach(left::remove);
                open.addAll(reached);
            }
            sides.add(side);
        }
        return sides;
    }

    /** Relays on one side tell each other of all documents that they have. */
    void spread() {
        for (Set<Member> side : sides()) {
            Set<DirectorySnapshot> all = Sets.newIdentityHashSet(); // they are large, and shared
            side.forEach(member -> all.addAll(store(member).snapshots()));
            side.forEach(member -> store(member).learn(all));
        }
    }

    /** Relays that came from elsewhere have no history to earn flags and weight by: they get what ours have. */
    private void welcomeGuests(Authority authority) {
        AuthoritySettings settings = authority.settings();
        Map<RsaIdentity, AuthoritySettings.FlagChange> flags = new HashMap<>(settings.flagChanges());
        Map<RsaIdentity, Long> measured = new HashMap<>(settings.measured());
        for (ServerDescriptor descriptor : authority.descriptors()) {
            RsaIdentity identity = descriptor.keys().identity();
            measured.putIfAbsent(identity, WEIGHT);
            if (!byIdentity.containsKey(identity)) {
                flags.putIfAbsent(identity, AuthoritySettings.FlagChange.adding("Fast"));
            }
        }
        authority.setSettings(settings.withFlagChanges(flags).withMeasured(measured));
    }

    /** The newest consensus for clients that any relay has; empty before there is one. Any thread. */
    String consensus() {
        return members.stream()
                .flatMap(member -> store(member).newest().stream())
                .max(Comparator.comparing(DirectorySnapshot::validAfter))
                .map(newest -> newest.microdescConsensus().asText())
                .orElse("");
    }

    private void publish(Member member, Set<Member> side, Instant now) {
        ServerDescriptor descriptor =
                DescriptorMaker.make(member.host.identity(), member.profile(), now, Duration.between(started, now));
        if (authorities.submit(descriptor, now, authority -> side.contains(member(authority)))) {
            published.put(member, descriptor);
        } else {
            published.remove(member); // tried again each time until all have it
        }
    }
}
