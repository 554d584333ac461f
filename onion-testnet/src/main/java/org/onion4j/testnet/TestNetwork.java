package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ExitPolicy;

/**
 * A whole onion network in this process: authorities that vote, relays, exits, and destinations behind them. In memory no
 * socket is opened; on {@linkplain Builder#loopback loopback} other processes can join.
 *
 * <pre>{@code
 * try (TestNetwork network = TestNetwork.builder().relays(6).exits(2).seed(42).build()) {
 *     network.serve("shop.example", 80, Handlers.page("open"));
 *     try (OnionStream stream = network.client().openStream("shop.example", 80)) {
 *         ...
 *     }
 *     network.relays().get(3).kill();
 *     network.time().advance(Duration.ofHours(1));
 * }
 * }</pre>
 *
 * <p>It speaks the real protocol to the byte and is as secure as a play: all keys follow from the seed. The same seed gives
 * the same keys, addresses, documents and choices, as far as threads let things happen in the same order.
 *
 * <p>Threading: any thread may call any method. What is called about a relay has happened when the call returns.
 */
public final class TestNetwork implements AutoCloseable {
    private final NetworkParts parts;
    private final long seed;

    private TestNetwork(NetworkParts parts, long seed) {
        this.parts = parts;
        this.seed = seed;
    }

    /** Begins to describe a network. */
    public static Builder builder() {
        return new Builder();
    }

    /** What decided all that is random here. */
    public long seed() {
        return seed;
    }

    /**
     * The client of this network, set up for it: the same one at each call, closed with the network. It joins the network
     * at {@link OnionClient#bootstrap()} or at the first stream.
     *
     * @throws OnionException if it cannot be made
     */
    public OnionClient client() throws OnionException {
        return parts.clients().shared();
    }

    /** Another client of this network, with guards and circuits of its own; closed with the network unless you do it before. */
    public OnionClient newClient() throws OnionException {
        return clientBuilder().build();
    }

    /**
     * Begins to describe a client of this network: the network, its time, randomness and connections are set, the rest is
     * yours. What it builds is closed with the network, unless you do it before.
     */
    public OnionClient.Builder clientBuilder() {
        return parts.clients().builder();
    }

    /** The network as clients of any kind are told of it. */
    public NetworkConfig config() {
        return parts.config();
    }

    /** The network in lines of C tor's configuration, a client's. */
    public String torrc() {
        return parts.torrc();
    }

    /** The microdescriptor consensus that is in force, as caches serve it. */
    public String consensus() {
        return parts.consensus();
    }

    /** Writes {@link #torrc} to a file. */
    public void writeTorrc(Path file) throws IOException {
        Files.write(file, torrc().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Puts a destination into the network: exits connect to it, and it exists nowhere else. The name is looked up by the
     * exits alone.
     *
     * @param host a name in lower case, or an address; clients ask for those of local networks only if they are
     *     {@linkplain OnionClient.Builder#allowInternalAddresses told to}, as everywhere
     * @param port 1 to 65535
     * @return its end, when closed; at the latest it ends with the network
     * @throws IllegalArgumentException if there is such a destination, or no client could ask for it
     * @throws IllegalStateException if the network has been closed
     */
    public TestDestination serve(String host, int port, DestinationHandler handler) {
        return parts.serve(host, port, handler);
    }

    /** All relays, the authorities first, then those that are no exits, then the exits. */
    public List<TestRelay> relays() {
        return parts.relays();
    }

    /** The relays that vote. */
    public List<TestRelay> authorities() {
        return with(RelayRole.AUTHORITY);
    }

    /** The relays that connect to destinations. */
    public List<TestRelay> exits() {
        return with(RelayRole.EXIT);
    }

    private ImmutableList<TestRelay> with(RelayRole role) {
        return relays().stream().filter(relay -> relay.roles().contains(role)).collect(ImmutableList.toImmutableList());
    }

    /**
     * The relay of a nickname.
     *
     * @throws IllegalArgumentException if there is none
     */
    public TestRelay relay(String nickname) {
        Optional<TestRelay> found =
                relays().stream().filter(one -> one.nickname().equals(nickname)).findFirst();
        checkArgument(found.isPresent(), "no relay is called %s", nickname);
        return found.get();
    }

    /** The time of the network and its clients. */
    public TestTime time() {
        return parts.time();
    }

    /**
     * Cuts the network in two: these relays and clients are on one side, all others on the other. Nothing moves across, no
     * attempt to connect is answered, and nothing is closed, until {@link #join()}. Documents stay on their side, too: relays
     * publish to the authorities there, and a new consensus is made only where more than half of all authorities are, of
     * relays there, and known only there. Destinations are reached from both sides.
     *
     * <p>An earlier cut of this kind is taken back. Clients that join later are on the other side; on loopback, clients reach
     * both.
     *
     * @param relays of one side
     * @param clients of the same side
     * @throws IllegalArgumentException if one of the relays or clients is not of this network
     */
    public void partition(Collection<TestRelay> relays, OnionClient... clients) {
        parts.partition(relays, List.of(clients));
    }

    /**
     * Nothing moves between two relays any more, and neither answers the other's attempts to connect, until {@link #join}.
     * Documents find ways over other relays; where there is none, it is as with {@link #partition(Collection, OnionClient...)}.
     *
     * @throws IllegalArgumentException if one is not of this network
     */
    public void partition(TestRelay a, TestRelay b) {
        parts.partition(a, b);
    }

    /**
     * Takes {@link #partition(TestRelay, TestRelay)} back; documents go on their way at once.
     *
     * @throws IllegalArgumentException if one is not of this network
     */
    public void join(TestRelay a, TestRelay b) {
        parts.join(a, b);
    }

    /**
     * Takes all of {@link #partition} back: what was held up goes on, and relays that had been cut off have the newest
     * consensus when this returns. At its next turn, all authorities vote.
     */
    public void join() {
        parts.join();
    }

    /** What each relay has seen, and the seed: for a human who wonders why a test failed. */
    public String report() {
        return parts.report();
    }

    /** For this module's own tests. */
    NetworkParts parts() {
        return parts;
    }

    /**
     * Ends the network and its clients. When this returns, no thread and no socket of it is left, but for handlers of
     * destinations that don't end although their connections are closed and their threads interrupted, and for scripts of
     * hostile relays that don't end although interrupted, which are waited for for two seconds. An interrupt of the calling
     * thread changes nothing and stays pending. {@link #report} and {@link TestRelay#seen} still tell what has been; what
     * else is asked of the network or a relay fails with IllegalStateException. Again: no effect.
     *
     * @throws IllegalStateException if a script of a hostile relay calls, which can't end the thread that it runs on
     */
    @Override
    public void close() {
        parts.close();
    }

    @Override
    public String toString() {
        return "TestNetwork(" + relays().size() + " relays, seed " + seed + ")";
    }

    /** Describes a network. Not for more than one thread; may build any number of networks. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester") // its annotation would be part of what we export
    public static final class Builder {
        private static final int MAX_AUTHORITIES = 9;
        private static final int MAX_RELAYS = 200;
        /** When a network in memory begins, so that documents are the same each time. */
        private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

        private ImmutableList<String> authorities = numbered("auth", 3);
        private ImmutableList<String> relays = numbered("relay", 6);
        private ImmutableList<String> exits = numbered("exit", 2);
        private final List<ImmutableSet<String>> families = new ArrayList<>();
        private final Map<String, ExitPolicy> exitPolicies = new LinkedHashMap<>();
        private final Map<String, Integer> parameters = new LinkedHashMap<>();
        private NetworkPlan.Reach reach = NetworkPlan.Reach.IPV4;
        private long seed = 1;
        private NetworkPlan.Place place = NetworkPlan.Place.MEMORY;
        private NetworkPlan.Pace pace = NetworkPlan.Pace.RUNNING;
        private Instant start;

        private Builder() {}

        /** How many authorities vote: 1 to 9. They are relays, too, in the middle of circuits. Default: 3, "auth1" and so on. */
        public Builder authorities(int count) {
            checkArgument(count >= 1 && count <= MAX_AUTHORITIES, "%s authorities", count);
            this.authorities = numbered("auth", count);
            return this;
        }

        /**
         * How many relays there are beside the authorities and the exits: 2 to 200. Guards are among them. Default: 6, "relay1"
         * and so on.
         */
        public Builder relays(int count) {
            checkArgument(count >= 2 && count <= MAX_RELAYS, "%s relays", count);
            this.relays = numbered("relay", count);
            return this;
        }

        /** The same relays by their names, each of 1 to 19 letters and digits. */
        public Builder relays(String... nicknames) {
            checkArgument(nicknames.length >= 2 && nicknames.length <= MAX_RELAYS, "%s relays", nicknames.length);
            this.relays = named(nicknames);
            return this;
        }

        /** How many exits there are: 0 to 200. They let everything pass unless told otherwise. Default: 2, "exit1" and "exit2". */
        public Builder exits(int count) {
            checkArgument(count >= 0 && count <= MAX_RELAYS, "%s exits", count);
            this.exits = numbered("exit", count);
            return this;
        }

        /** The same exits by their names, each of 1 to 19 letters and digits. */
        public Builder exits(String... nicknames) {
            checkArgument(nicknames.length <= MAX_RELAYS, "%s exits", nicknames.length);
            this.exits = named(nicknames);
            return this;
        }

        private static ImmutableList<String> numbered(String prefix, int count) {
            ImmutableList.Builder<String> names = ImmutableList.builder();
            for (int i = 1; i <= count; i++) {
                names.add(prefix + i);
            }
            return names.build();
        }

        private static ImmutableList<String> named(String... nicknames) {
            for (String nickname : nicknames) {
                checkNotNull(nickname, "nickname");
                checkArgument(nickname.matches("[A-Za-z0-9]{1,19}"), "'%s' is no nickname", nickname);
            }
            return ImmutableList.copyOf(nicknames);
        }

        /** Lets these relays say that one hand runs them, so that no circuit has two of them. May be called for several families. */
        public Builder family(String... nicknames) {
            for (String nickname : nicknames) {
                checkNotNull(nickname, "nickname");
            }
            checkArgument(nicknames.length >= 2, "a family of %s", nicknames.length);
            families.add(ImmutableSet.copyOf(nicknames));
            return this;
        }

        /**
         * What an exit connects to. What no rule fits is refused. Default: everything.
         *
         * @param rules as C tor has them, such as {@code accept *:80-90}, {@code reject 198.18.0.0/16:*} or
         *     {@code accept [2001:2::]/48:443}; the first that fits decides
         * @throws IllegalArgumentException if one is none
         */
        public Builder exitPolicy(String nickname, String... rules) {
            checkNotNull(nickname, "nickname");
            ImmutableList.Builder<String> lines = ImmutableList.builder();
            lines.add(rules).add("reject *:*");
            try {
                exitPolicies.put(nickname, ExitPolicy.parse(lines.build()));
            } catch (DocumentException e) {
                throw new IllegalArgumentException("rules for " + nickname + ": " + e.getMessage(), e);
            }
            return this;
        }

        /**
         * Gives each name of a destination an IPv6 address, too, and lets exits connect to it. Relays themselves are reached by
         * IPv4. Default: IPv4 alone.
         */
        public Builder ipv6() {
            this.reach = NetworkPlan.Reach.BOTH;
            return this;
        }

        /**
         * A parameter that the consensus gives relays and clients. Default: none.
         *
         * @param name as the specification has it, such as {@code hs_intro_max_lifetime}: letters, digits and {@code _}
         */
        public Builder parameter(String name, int value) {
            checkNotNull(name, "name");
            checkArgument(name.matches("[A-Za-z0-9_]{1,64}"), "'%s' is no name of a parameter", name);
            parameters.put(name, value);
            return this;
        }

        /** Decides all that is random. Default: 1. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Listens on 127.0.0.1, on free ports, so that other processes can join: clients, relays, and destinations, for exits
         * connect to addresses of this machine. The time is real then. Default: in memory.
         */
        public Builder loopback() {
            this.place = NetworkPlan.Place.LOOPBACK;
            return this;
        }

        /** Lets the time stand still but for {@link TestTime#advance}. Default: it goes on, too. */
        public Builder standingTime() {
            this.pace = NetworkPlan.Pace.STANDING;
            return this;
        }

        /** When the network's time begins. Default: 2026 in memory, now on loopback. */
        public Builder startTime(Instant start) {
            this.start = checkNotNull(start, "start");
            return this;
        }

        /**
         * Starts the network; when this returns, clients can join.
         *
         * @throws TestNetworkException if it cannot be started; nothing is left running then
         * @throws IllegalStateException if what is asked for contradicts itself
         */
        public TestNetwork build() throws TestNetworkException {
            ImmutableList<String> nicknames = ImmutableList.<String>builder()
                    .addAll(authorities)
                    .addAll(relays)
                    .addAll(exits)
                    .build();
            long distinct =
                    nicknames.stream().map(Ascii::toLowerCase).distinct().count();
            checkState(distinct == nicknames.size(), "two relays have one name: case makes no difference");
            families.forEach(
                    family -> checkState(nicknames.containsAll(family), "no relays for the family %s", family));
            exitPolicies
                    .keySet()
                    .forEach(one -> checkState(exits.contains(one), "rules for %s, which is no exit", one));
            Instant begin = start != null ? start : place == NetworkPlan.Place.MEMORY ? START : Instant.now();
            NetworkPlan plan = new NetworkPlan(
                    authorities.size(),
                    exits.size(),
                    nicknames,
                    ImmutableList.copyOf(families),
                    ImmutableMap.copyOf(exitPolicies),
                    ImmutableMap.copyOf(parameters),
                    reach,
                    seed,
                    place,
                    pace,
                    begin);
            return new TestNetwork(NetworkParts.start(plan), seed);
        }
    }
}
