package org.onion4j.testnet.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.testnet.ClientsAside;
import org.onion4j.testnet.DirectoryFault;
import org.onion4j.testnet.HostileRelays;
import org.onion4j.testnet.LogWatch;
import org.onion4j.testnet.Reaction;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;
import org.onion4j.testnet.junit.OnionNetworkExtension;
import org.onion4j.testnet.relay.RelayScript;

/**
 * Whatever goes wrong, no relay learns who wants what: several clients with several owners of streams each ask for many
 * things at once, and {@link PrivacyRules} are held against all that all relays saw of it.
 */
class PrivacyUnderFaultsTest {
    private static final long SEED = 3;
    private static final int REQUESTS = 24;
    private static final int ROUNDS = 4;
    private static final int MANY_ROUNDS = 20;
    private static final Duration CIRCUIT_LIFE = Duration.ofMinutes(11);
    private static final int PRIMARY_GUARDS = 3;
    private static final Set<String> GUARDS =
            Set.of("relay1", "relay2", "relay3", "relay4", "relay5", "relay6", "exit1", "exit2");
    private static final Set<String> SMALLER_SIDE = Set.of("auth3", "relay1", "relay2", "relay3", "exit2");

    @RegisterExtension
    static final OnionNetworkExtension net =
            OnionNetworkExtension.of(TestNetwork.builder().seed(SEED).standingTime());

    private final LogWatch log = new LogWatch();

    @BeforeEach
    void watch() {
        log.start();
    }

    @AfterEach
    void heal(TestNetwork network) throws Exception {
        log.close();
        for (TestRelay relay : network.relays()) {
            relay.heal();
            relay.revive();
        }
        network.join();
    }

    /** What goes wrong while clients are at work. */
    private enum Fault {
        NONE,
        KILLED_EXIT_AND_MIDDLE,
        KILLED_GUARD,
        FROZEN_RELAY,
        FROZEN_GUARD,
        DELAY,
        NARROW_LINKS,
        LOST_CELLS,
        CHANGED_CELLS,
        LINKS_CUT,
        WRONG_CLOCKS,
        AUTHORITY_WITHOUT_SIGNATURE;

        void inflict(TestNetwork network, Random random) throws Exception {
            List<TestRelay> relays = network.relays();
            TestRelay middle = network.relay("relay" + (1 + random.nextInt(6)));
            switch (this) {
                case NONE -> {}
                case KILLED_EXIT_AND_MIDDLE -> {
                    network.exits().get(random.nextInt(2)).kill();
                    network.authorities().get(2).kill();
                }
                case KILLED_GUARD -> aGuard(network).kill();
                case FROZEN_RELAY -> middle.freeze();
                case FROZEN_GUARD -> aGuard(network).freeze();
                case DELAY -> relays.forEach(relay -> relay.delay(Duration.ofMillis(10L * random.nextInt(50))));
                case NARROW_LINKS -> relays.forEach(relay -> relay.limitBandwidth(20_000 + random.nextInt(20_000)));
                case LOST_CELLS ->
                    relays.forEach(relay -> {
                        relay.dropCell(5 + random.nextInt(20));
                        relay.dropCell(30 + random.nextInt(20));
                    });
                case CHANGED_CELLS ->
                    relays.forEach(relay -> {
                        relay.corruptCell(5 + random.nextInt(20));
                        relay.corruptCell(30 + random.nextInt(20));
                    });
                case LINKS_CUT -> {
                    network.authorities()
                            .forEach(one ->
                                    network.partition(one, network.exits().get(0)));
                    network.partition(network.relay("relay1"), network.relay("relay2"));
                }
                case WRONG_CLOCKS -> relays.forEach(relay -> relay.skewClock(Duration.ofHours(random.nextInt(9) - 4)));
                case AUTHORITY_WITHOUT_SIGNATURE -> {
                    network.authorities().get(random.nextInt(3)).withholdSignature();
                    network.time().advance(Duration.ofHours(1));
                    assertThat(network.consensus().split("directory-signature ", -1))
                            .hasSize(3);
                }
            }
        }

        /** How many guards a client may have used in the end. */
        int mostGuards() {
            return this == NONE ? 2 : PRIMARY_GUARDS;
        }

        /** One at which a client's circuits begin. */
        private static TestRelay aGuard(TestNetwork network) {
            return network.relays().stream()
                    .filter(relay -> relay.seen().stream()
                            .anyMatch(seen -> seen.knowsClient() && seen.next().isPresent()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyLearnsWhoWantsWhat(Fault fault, TestNetwork network) throws Exception {
        Run run = new Run(network, fault.name().hashCode());
        try (Crowd crowd = run.crowd) {
            run.begin();
            crowd.join("c1");
            crowd.join("c2");
            crowd.ask(4);
            fault.inflict(network, run.random);
            assertServed(crowd);
            run.check(fault.mostGuards());
        }
    }

    /**
     * A client that a partition cuts off uses its primary guards, and others only where none of those is on its side: then
     * guards of its side. It does so at once, and once the parts have joined it has no need of any more.
     */
    @Test
    void partition_nobodyLearnsWhoWantsWhatAndOnlyClientsCutOffUseOtherGuards(TestNetwork network, @TempDir Path folder)
            throws Exception {
        List<TestRelay> smaller = new ArrayList<>(network.relays());
        smaller.removeIf(relay -> !SMALLER_SIDE.contains(relay.nickname()));
        Run run = new Run(network, "PARTITION".hashCode());
        try (Crowd crowd = run.crowd) {
            run.begin();
            for (String name : List.of("c1", "c2", "c3", "c4")) {
                Path state = Files.createDirectory(folder.resolve(name));
                crowd.join(name, network.clientBuilder().stateDirectory(state).build());
            }
            crowd.ask(8);
            network.time().advance(Duration.ofMinutes(2)); // in which guards are saved
            Map<InetAddress, Set<String>> allowed = new HashMap<>();
            for (String name : List.of("c1", "c2", "c3", "c4")) {
                boolean isAside = name.equals("c2") || name.equals("c4");
                allowed.put(
                        crowd.place(name + "/default"), allowedGuards(primaryGuards(folder.resolve(name)), isAside));
            }

            ClientsAside.partition(network, smaller, Set.of(crowd.place("c2/default"), crowd.place("c4/default")));
            network.time().advance(Duration.ofHours(1));
            crowd.ask(2 * REQUESTS); // with other documents on each side; most find no way
            network.join();
            network.time().advance(Duration.ofMinutes(30)); // after which guards are tried again
            assertServed(crowd);

            run.check(allowed.values().stream().mapToInt(Set::size).max().orElseThrow());
            assertThat(firstHops(network))
                    .allSatisfy((client, guards) ->
                            assertThat(guards).as("guards of %s", client).isSubsetOf(allowed.get(client)));
        }
    }

    /** Those at which a client's circuits may begin, by its primary guards and by what is on its side. */
    private static Set<String> allowedGuards(Set<String> primary, boolean isAside) {
        boolean cutOff = primary.stream().noneMatch(guard -> SMALLER_SIDE.contains(guard) == isAside);
        Set<String> allowed = new TreeSet<>(primary);
        if (cutOff) {
            GUARDS.stream()
                    .filter(guard -> SMALLER_SIDE.contains(guard) == isAside)
                    .forEach(allowed::add);
        }
        return allowed;
    }

    /** What a client has saved: of its guards, the first ones that it has used, then the first ones that it knows. */
    private static Set<String> primaryGuards(Path state) throws IOException {
        List<String> lines = Files.readAllLines(state.resolve("guards.state"), StandardCharsets.UTF_8);
        List<String> known =
                lines.stream().filter(line -> line.startsWith("guard ")).collect(Collectors.toList());
        known.sort(Comparator.comparing(line -> !line.contains(" confirmed_on="))); // a stable sort
        return known.stream()
                .limit(PRIMARY_GUARDS)
                .map(line -> line.replaceFirst(".* nickname=(\\w+) .*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<InetAddress, Set<String>> firstHops(TestNetwork network) {
        return Sight.all(network).stream()
                .filter(Sight::isFirstOfMore)
                .collect(Collectors.groupingBy(
                        sight -> sight.previous().address().getAddress(),
                        Collectors.mapping(Sight::relay, Collectors.toSet())));
    }

    @ParameterizedTest
    @EnumSource
    void relaysThatBreakRules_learnNoMore(Hostility hostility, TestNetwork network) throws Exception {
        Run run = new Run(network, hostility.name().hashCode());
        try (Crowd crowd = run.crowd) {
            run.begin(hostility::forOneRelay, 4);
            if (hostility == Hostility.FLOOD) {
                crowd.exitsMayInvent();
            }
            crowd.join("c1");
            crowd.join("c2");
            assertServed(crowd);
            for (int round = 0; round < MANY_ROUNDS && run.broken.get() == 0; round++) {
                network.time().advance(CIRCUIT_LIFE); // which relays the next circuits meet is chance
                crowd.ask(REQUESTS);
            }
            assertThat(run.broken).as("rules broken").hasPositiveValue();
            run.check(PRIMARY_GUARDS);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void cachesThatDeceive_learnNoMore(DirectoryFault fault, TestNetwork network) throws Exception {
        Run run = new Run(network, fault.name().hashCode());
        network.authorities().get(1).withholdSignature();
        network.time().advance(Duration.ofHours(1));
        try (Crowd crowd = run.crowd) {
            run.begin();
            network.authorities().get(0).deceive(fault);
            network.relays().stream()
                    .filter(relay -> relay.nickname().startsWith("relay"))
                    .limit(3)
                    .forEach(relay -> relay.deceive(fault));
            crowd.join("c1");
            crowd.join("c2");
            assertThat(crowd.ask(REQUESTS / 2)).as("requests that worked").isGreaterThan(REQUESTS / 8);
            run.check(PRIMARY_GUARDS);
        }
    }

    /**
     * Requests get through, sooner or later. A quarter of what is asked for is refused by right. Where one of the two exits is
     * hostile, each of the ten owners has the other one with an even chance, circuit by circuit: of 24 requests nine work on
     * average, but no more than six in about one round of six. That there is more than that in four rounds is as good as sure.
     */
    private static void assertServed(Crowd crowd) throws Exception {
        int worked = 0;
        for (int round = 0; round < ROUNDS && worked <= REQUESTS / 4; round++) {
            worked += crowd.ask(REQUESTS);
        }
        assertThat(worked).as("requests that worked").isGreaterThan(REQUESTS / 4);
    }

    /** One crowd on the network, under eavesdroppers. */
    private final class Run {
        private final TestNetwork network;
        private final Random random;
        private final Crowd crowd;
        private final List<Eavesdropper> ears = new ArrayList<>();
        private final AtomicInteger broken = new AtomicInteger();
        private String consensus;

        Run(TestNetwork network, long seed) {
            this.network = network;
            this.random = new Random(SEED * 1000 + seed);
            this.crowd = new Crowd(network, SEED * 1000 + seed);
        }

        void begin() throws InterruptedException {
            begin(() -> passing -> Reaction.pass(), 0);
        }

        /** Nothing of what was before is to be seen; some relays, of each kind, are to be hostile. */
        void begin(Supplier<org.onion4j.testnet.Hostility> hostility, int hostile) throws InterruptedException {
            network.time().advance(Duration.ofMinutes(1)); // what was held up arrives
            network.relays().forEach(TestRelay::forget);
            consensus = network.consensus();
            List<TestRelay> relays = network.relays();
            for (int i = 0; i < relays.size(); i++) {
                boolean bad = i % 3 == 1 && i / 3 < hostile; // auth2, relay2, relay5, exit1... by position
                RelayScript script = bad ? HostileRelays.script(counted(hostility.get())) : RelayScript.HONEST;
                Eavesdropper ear = new Eavesdropper(relays.get(i).nickname(), Crowd.SECRET, script);
                HostileRelays.script(relays.get(i), ear);
                ears.add(ear);
            }
        }

        private org.onion4j.testnet.Hostility counted(org.onion4j.testnet.Hostility hostility) {
            return passing -> {
                Reaction reaction = hostility.meet(passing);
                if (reaction != Reaction.pass()) {
                    broken.incrementAndGet();
                }
                return reaction;
            };
        }

        void check(int maxGuards) throws InterruptedException {
            network.time().settle(Duration.ofSeconds(5));
            Truth truth = Truth.of(
                    network, crowd.ownersByHost(), crowd.clientsByOwner(), consensus + network.consensus(), maxGuards);
            PrivacyRules.Verdict verdict = PrivacyRules.check(Sight.all(network), truth);
            assertThat(verdict.violations()).as("violations").isEmpty();
            assertThat(verdict.circuits()).as("circuits to destinations").isGreaterThan(4);
            assertThat(ears.stream().flatMap(ear -> ear.violations().stream()))
                    .as("what eavesdroppers could read")
                    .isEmpty();
            assertThat(ears.stream().mapToInt(Eavesdropper::read).sum())
                    .as("what exits could read")
                    .isPositive();
            assertThat(log.linesWith(Stream.concat(Stream.of(Crowd.SECRET), crowd.ownersByHost().keySet().stream())))
                    .as("destinations in the log")
                    .isEmpty();
        }
    }
}
