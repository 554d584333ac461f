package org.onion4j.testnet;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.dir.Authorities;
import org.onion4j.testnet.dir.Authority;
import org.onion4j.testnet.dir.AuthoritySettings;
import org.onion4j.testnet.dir.DescriptorMaker;
import org.onion4j.testnet.dir.DirectoryStore;
import org.onion4j.testnet.dir.RelayProfile;
import org.onion4j.testnet.dir.VotingSchedule;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.loop.Loop;

/**
 * The life of the network's directory: relays publish descriptors, authorities vote by their schedule, and every relay that
 * is up gets the new documents. Threading: {@link #begin} by the network's maker; the rest on the loop.
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
    private final DirectoryStore store;
    private final Loop loop;
    private final Instant started;
    private final Map<RsaIdentity, Member> byIdentity = new HashMap<>();
    private final Map<Member, ServerDescriptor> published = new HashMap<>();

    NetworkDirectory(
            List<Member> members, List<Authority> all, VotingSchedule schedule, DirectoryStore store, Loop loop) {
        this.members = List.copyOf(members);
        this.authorities = new Authorities(all, schedule, this::isReachable);
        this.store = store;
        this.loop = loop;
        this.started = loop.time().now();
        members.forEach(member -> byIdentity.put(member.host.identity().rsaIdentity(), member));
    }

    /** Whether authorities find a relay up; those that came from elsewhere are believed. */
    private boolean isReachable(RsaIdentity identity) {
        Member member = byIdentity.get(identity);
        return member == null || member.host.isReachable();
    }

    /** Makes the first consensus, and goes on by the schedule. */
    void begin() {
        turn();
    }

    private void turn() {
        Instant now = loop.time().now();
        for (Member member : members) {
            if (member.host.isReachable()) {
                member.host.identity().renew(now);
                if (isDue(member, now)) {
                    publish(member, now);
                }
            }
        }
        authorities.all().forEach(this::welcomeGuests);
        authorities.turnOver(now).ifPresent(store::publish);
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

    /** The current consensus for clients; empty before there is one. */
    String consensus() {
        return store.newest()
                .map(snapshot ->
                        new String(snapshot.microdescConsensus().text().toArray(), StandardCharsets.ISO_8859_1))
                .orElse("");
    }

    private void publish(Member member, Instant now) {
        ServerDescriptor descriptor =
                DescriptorMaker.make(member.host.identity(), member.profile(), now, Duration.between(started, now));
        authorities.submit(descriptor, now);
        published.put(member, descriptor);
    }
}
