package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.testnet.dir.Authority;
import org.onion4j.testnet.dir.AuthorityKeys;
import org.onion4j.testnet.dir.AuthoritySettings;
import org.onion4j.testnet.dir.DirectoryStore;
import org.onion4j.testnet.dir.NetworkText;
import org.onion4j.testnet.dir.RelayProfile;
import org.onion4j.testnet.dir.VotingSchedule;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.relay.ExitPolicy;

/** Makes the relays of a network with their keys, starts them, and lets them vote for the first time. One use, one thread. */
final class NetworkMaker {
    /** How often authorities vote: as in the public network, or as fast as C tor can, for relays that come and go. */
    private static final Duration MEMORY_INTERVAL = Duration.ofHours(1);

    private static final Duration LOOPBACK_INTERVAL = Duration.ofSeconds(10);

    /** What has been made. */
    record Made(
            ImmutableList<RelayHost> hosts,
            ImmutableList<TestRelay> relays,
            NetworkDirectory directory,
            String torrc) {}

    private record Keys(RelayIdentity relay, AuthorityKeys authority) {}

    private final NetworkPlan plan;
    private final List<RelayHost.Place> places;
    private final NetworkTime time;
    private final VotingSchedule schedule;
    private final DirectoryStore store = new DirectoryStore(); // each relay's is another like this
    private final Map<RsaIdentity, String> names = new ConcurrentHashMap<>();

    private NetworkMaker(NetworkPlan plan, List<RelayHost.Place> places, NetworkTime time) {
        this.plan = plan;
        this.places = places;
        this.time = time;
        this.schedule =
                VotingSchedule.every(plan.place() == NetworkPlan.Place.MEMORY ? MEMORY_INTERVAL : LOOPBACK_INTERVAL);
    }

    static Made make(NetworkPlan plan, List<RelayHost.Place> places, NetworkTime time) throws IOException {
        return new NetworkMaker(plan, places, time).make();
    }

    private Made make() throws IOException {
        Instant now = time.now();
        List<Keys> keys = allKeys(now);
        ImmutableList.Builder<RelayHost> hosts = ImmutableList.builder();
        ImmutableList.Builder<TestRelay> relays = ImmutableList.builder();
        List<NetworkDirectory.Member> members = new ArrayList<>();
        List<Authority> authorities = new ArrayList<>();
        Map<RsaIdentity, AuthoritySettings.FlagChange> flags = new HashMap<>();
        for (int i = 0; i < plan.all(); i++) {
            String nickname = plan.nicknames().get(i);
            ImmutableSet<RelayRole> roles = plan.roles(i);
            RelayIdentity identity = keys.get(i).relay();
            names.put(identity.rsaIdentity(), nickname);
            HostDirectory directory =
                    new HostDirectory(store.another(), places.get(i).loop());
            RelayHost host = new RelayHost(
                    nickname, places.get(i), identity, directory, policy(plan.exitPolicy(i)), plan.seed(), this::name);
            host.start();
            hosts.add(host);
            relays.add(new TestRelay(host, roles));
            int dirPort = 0;
            if (roles.contains(RelayRole.AUTHORITY)) {
                dirPort = plan.place() == NetworkPlan.Place.MEMORY
                        ? 0
                        : host.openDirPort().getPort();
                Authority authority = authority(host, keys.get(i).authority(), dirPort);
                directory.setAuthority(authority);
                authorities.add(authority);
            }
            if (!roles.contains(RelayRole.GUARD)) {
                flags.put(identity.rsaIdentity(), AuthoritySettings.FlagChange.removing("Guard"));
            }
            members.add(new NetworkDirectory.Member(host, profile(i, host, dirPort, keys)));
        }
        for (Authority authority : authorities) {
            authority.setSettings(
                    AuthoritySettings.DEFAULT.withParameters(plan.parameters()).withFlagChanges(flags));
        }
        NetworkDirectory network = new NetworkDirectory(
                members, authorities, schedule, places.get(0).loop());
        network.begin();
        // On loopback relays share an address, and destinations are on this machine: what TestingTorNetwork allows.
        String torrc = plan.place() == NetworkPlan.Place.MEMORY
                ? NetworkText.authorities(authorities)
                : NetworkText.torrc(authorities);
        return new Made(hosts.build(), relays.build(), network, torrc);
    }

    /** What the i-th relay says of itself. */
    private RelayProfile profile(int i, RelayHost host, int dirPort, List<Keys> keys) {
        InetSocketAddress address = host.address();
        ImmutableSet<String> family = plan.familyOf(i);
        List<RsaIdentity> relatives = new ArrayList<>();
        for (int other = 0; other < plan.all(); other++) {
            if (family.contains(plan.nicknames().get(other))) {
                relatives.add(keys.get(other).relay().rsaIdentity());
            }
        }
        RelayProfile.Builder profile = RelayProfile.builder(
                        host.nickname(), (Inet4Address) address.getAddress(), address.getPort())
                .dirPort(dirPort)
                .exitPolicy(plan.exitPolicy(i))
                .ipv6Policy(plan.ipv6Policy(i))
                .family(relatives);
        if (!plan.roles(i).contains(RelayRole.HSDIR)) {
            profile.services(RelayProfile.Service.DIRECTORY);
        }
        return profile.build();
    }

    private static ExitPolicy policy(org.onion4j.directory.doc.ExitPolicy published) {
        return published.equals(org.onion4j.directory.doc.ExitPolicy.REJECT_ALL)
                ? ExitPolicy.REJECT_ALL
                : published::allows;
    }

    /** Each loop makes the keys of the relays that will live on it: that is most of the work of a start. */
    private List<Keys> allKeys(Instant now) throws IOException {
        List<CompletableFuture<Keys>> promised = new ArrayList<>();
        for (int i = 0; i < plan.all(); i++) {
            int index = i;
            promised.add(CompletableFuture.supplyAsync(
                    () -> keys(index, now), places.get(i).loop()));
        }
        List<Keys> keys = new ArrayList<>();
        Set<RsaIdentity> taken = new HashSet<>();
        for (CompletableFuture<Keys> one : promised) {
            try {
                Keys made = one.get();
                // There are not so many RSA keys of known primes that two couldn't be the same.
                for (int n = 2; !taken.add(made.relay().rsaIdentity()); n++) {
                    made = keys(keys.size(), plan.nicknames().get(keys.size()) + "/" + n, now);
                }
                keys.add(made);
            } catch (ExecutionException e) {
                throw new IOException("a relay's keys could not be made", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while making keys");
            }
        }
        return keys;
    }

    private Keys keys(int i, Instant now) {
        return keys(i, plan.nicknames().get(i), now);
    }

    private Keys keys(int i, String part, Instant now) {
        RelayIdentity relay = new RelayIdentity(SeededRandom.of(plan.seed(), part), now);
        AuthorityKeys authority = i < plan.authorities()
                ? AuthorityKeys.generate(SeededRandom.of(plan.seed(), part + "/authority"), now)
                : null;
        return new Keys(relay, authority);
    }

    private Authority authority(RelayHost host, AuthorityKeys keys, int dirPort) {
        InetSocketAddress address = host.address();
        return new Authority(
                host.nickname(),
                host.identity().rsaIdentity(),
                (Inet4Address) address.getAddress(),
                address.getPort(),
                dirPort,
                keys,
                SeededRandom.of(plan.seed(), host.nickname() + "/signing keys"),
                schedule);
    }

    /** What a relay is called: by its fingerprint if it is none of ours. */
    private String name(RsaIdentity identity) {
        String known = names.get(identity);
        return known != null ? known : "$" + hex(identity.value());
    }

    static String hex(Bytes bytes) {
        return BaseEncoding.base16().encode(bytes.toArray());
    }
}
