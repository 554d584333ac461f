package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/** Three authorities, five more relays and an exit, with the documents that they make. Not for more than one thread. */
final class TestDirectory {
    static final Instant NOW = Instant.parse("2026-03-01T12:02:00Z");
    static final Inet4Address ADDRESS = (Inet4Address) InetAddresses.forString("127.0.0.1");
    static final VotingSchedule SCHEDULE = VotingSchedule.every(Duration.ofMinutes(5));

    /** Keys are made once for each seed. */
    private static final Map<String, RelayIdentity> RELAY_KEYS = new ConcurrentHashMap<>();

    private static final Map<String, AuthorityKeys> AUTHORITY_KEYS = new ConcurrentHashMap<>();
    private static final int AUTHORITIES = 3;
    private static final int RELAYS = 9;

    final List<RelayIdentity> identities = new ArrayList<>();
    final List<ServerDescriptor> descriptors = new ArrayList<>();
    final Authorities authorities;
    /** The relays that authorities find down. */
    final Set<RsaIdentity> down = new TreeSet<>();

    TestDirectory(long seed) {
        List<Authority> all = new ArrayList<>();
        for (int i = 0; i < RELAYS; i++) {
            String name = seed + " relay " + i;
            RelayIdentity identity =
                    RELAY_KEYS.computeIfAbsent(name, n -> new RelayIdentity(SeededRandom.of(seed, n), NOW));
            identities.add(identity);
            RelayProfile.Builder profile = RelayProfile.builder("relay" + i, ADDRESS, 9001 + i)
                    .bandwidth(1_000_000 + 100_000 * i)
                    .contact("relay " + i);
            if (i == RELAYS - 1) {
                profile.exitPolicy(ExitPolicy.ACCEPT_ALL);
            }
            descriptors.add(DescriptorMaker.make(identity, profile.build(), NOW.minusSeconds(60), Duration.ofDays(1)));
            if (i < AUTHORITIES) {
                all.add(new Authority(
                        "authority" + i,
                        identity.rsaIdentity(),
                        ADDRESS,
                        9001 + i,
                        0,
                        AUTHORITY_KEYS.computeIfAbsent(
                                name, n -> AuthorityKeys.generate(SeededRandom.of(seed, "authority " + n), NOW)),
                        SeededRandom.of(seed, "signing keys of " + name),
                        SCHEDULE));
            }
        }
        authorities = new Authorities(all, SCHEDULE, identity -> !down.contains(identity));
        descriptors.forEach(descriptor -> authorities.submit(descriptor, NOW));
    }

    /** The v3 identities of the authorities. */
    ImmutableList<RsaIdentity> voters() {
        return authorities.all().stream().map(a -> a.keys().identity()).collect(ImmutableList.toImmutableList());
    }
}
