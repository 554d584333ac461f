package org.onion4j.testnet.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.onion4j.testnet.LogWatch;
import org.onion4j.testnet.SeenCircuit.Destination;
import org.onion4j.testnet.SeenCircuit.Peer;
import org.onion4j.testnet.SeenCircuit.Purpose;
import org.slf4j.LoggerFactory;

/** The judge of the other tests here: that it finds each kind of offence in a record that is doctored by hand. */
class PrivacyRulesTest {
    private static final InetAddress CLIENT = InetAddresses.forString("10.200.0.1");
    private static final InetAddress OTHER_CLIENT = InetAddresses.forString("10.200.0.2");
    private static final InetAddress SHOP = InetAddresses.forString("198.18.0.1");
    private static final InetAddress BANK = InetAddresses.forString("198.18.0.2");
    private static final int FIRST = 0;
    private static final int MIDDLE = 1;
    private static final int LAST = 2;

    private static final ImmutableMap<String, InetAddress> RELAYS = ImmutableMap.<String, InetAddress>builder()
            .put("guard", InetAddresses.forString("10.1.0.1"))
            .put("guard2", InetAddresses.forString("10.2.0.1"))
            .put("middle", InetAddresses.forString("10.3.0.1"))
            .put("exit", InetAddresses.forString("10.4.0.1"))
            .put("neighbour", InetAddresses.forString("10.1.7.7"))
            .buildOrThrow();

    private static final Truth TRUTH = new Truth(
            ImmutableMap.of("shop.example", "alice", "198.18.0.1", "alice", "bank.example", "bob", "198.18.0.2", "bob"),
            ImmutableMap.of("alice", CLIENT, "bob", CLIENT, "carol", OTHER_CLIENT),
            ImmutableSet.of("guard", "guard2"),
            ImmutableSet.of("exit"),
            RELAYS,
            1);

    private static Peer client(InetAddress address) {
        return new Peer(new InetSocketAddress(address, 30000), Optional.empty());
    }

    private static Peer relay(String name) {
        return new Peer(new InetSocketAddress(RELAYS.get(name), 9001), Optional.of(name));
    }

    private static Destination stream(String host) {
        return new Destination(Purpose.STREAM, host, 80);
    }

    private static Sight sight(String relay, Peer previous, int id, Optional<Peer> next) {
        OptionalInt nextId = next.isPresent() ? OptionalInt.of(id + 1) : OptionalInt.empty();
        return new Sight(relay, previous, id, next, nextId, ImmutableList.of(), ImmutableList.of(), "");
    }

    /** A circuit as it should be. */
    private static List<Sight> circuit() {
        List<Sight> sights = new ArrayList<>();
        sights.add(sight("guard", client(CLIENT), 1, Optional.of(relay("middle"))));
        sights.add(sight("middle", relay("guard"), 2, Optional.of(relay("exit"))));
        sights.add(sight("exit", relay("middle"), 3, Optional.empty())
                .withDestination(stream("shop.example"))
                .withAddress(SHOP));
        return sights;
    }

    private static List<String> doctored(int hop, UnaryOperator<Sight> how) {
        List<Sight> sights = circuit();
        sights.set(hop, how.apply(sights.get(hop)));
        return PrivacyRules.check(sights, TRUTH).violations();
    }

    private static void assertFound(List<String> violations, String words) {
        assertThat(violations).anyMatch(one -> one.contains(words));
    }

    @Test
    void goodRecord_isGood() {
        PrivacyRules.Verdict verdict = PrivacyRules.check(circuit(), TRUTH);

        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.circuits()).isEqualTo(1);
        assertThat(verdict.shared()).isZero();
    }

    @Test
    void exitThatSeesTheClient_isReported() {
        List<String> found = doctored(LAST, exit -> exit.withPrevious(client(CLIENT), 9));

        assertFound(found, "knows both the client and the destination");
        assertFound(found, "has 1 hops");
    }

    @Test
    void guardThatSeesTheDestination_isReported() {
        List<String> found = doctored(FIRST, guard -> guard.withDestination(stream("shop.example")));

        assertFound(found, "knows both the client and the destination");
        assertFound(found, "not last");
        assertFound(found, "policy");
    }

    @Test
    void middleThatSeesTheDestinationOrItsAddress_isReported() {
        assertFound(doctored(MIDDLE, one -> one.withDestination(stream("shop.example"))), "not last");
        assertFound(doctored(MIDDLE, one -> one.withAddress(SHOP)), "not last");
        assertFound(
                doctored(MIDDLE, one -> one.withDestination(new Destination(Purpose.LOOKUP, "shop.example", 0))),
                "not last");
    }

    @Test
    void nameBetweenTheLines_isReported() {
        assertFound(doctored(MIDDLE, one -> one.withText("; closed: shop.example")), "one who was not asked");
        assertFound(doctored(FIRST, one -> one.withText(" to 198.18.0.1")), "one who was not asked");
        assertFound(doctored(LAST, one -> one.withText("from a client at 10.200.0.1; ")), "one who is not first");
    }

    @Test
    void middleWithALinkToTheClient_isReported() {
        assertFound(doctored(MIDDLE, one -> one.withPrevious(client(CLIENT), 2)), "has 2 hops");
        assertFound(
                doctored(
                        MIDDLE,
                        one -> one.withPrevious(
                                new Peer(new InetSocketAddress(CLIENT, 9001), Optional.of("guard")), 2)),
                "a relay's is one");
        assertFound(doctored(LAST, one -> one.withNext(Optional.of(client(CLIENT)))), "goes on to a client");
        assertFound(doctored(LAST, one -> one.withAddress(CLIENT)), "connects to a client");
    }

    @Test
    void relayThatComesTwice_isReported() {
        List<Sight> sights = circuit();
        sights.set(FIRST, sights.get(FIRST).withRelay("exit"));
        sights.set(MIDDLE, sights.get(MIDDLE).withPrevious(relay("exit"), 2));

        assertFound(PrivacyRules.check(sights, TRUTH).violations(), "twice");
    }

    @Test
    void relaysOfOneNetwork_areReported() {
        List<Sight> sights = circuit();
        sights.set(FIRST, sights.get(FIRST).withNext(Optional.of(relay("neighbour"))));
        sights.set(MIDDLE, sights.get(MIDDLE).withRelay("neighbour"));
        sights.set(LAST, sights.get(LAST).withPrevious(relay("neighbour"), 3));

        assertThat(PrivacyRules.check(sights, TRUTH).violations())
                .isNotEmpty()
                .allMatch(one -> one.contains("two relays of one network"));
    }

    @Test
    void firstHopThatIsNoGuard_isReported() {
        List<Sight> sights = circuit();
        sights.set(FIRST, sights.get(FIRST).withRelay("neighbour"));
        sights.set(MIDDLE, sights.get(MIDDLE).withPrevious(relay("neighbour"), 2));

        assertFound(PrivacyRules.check(sights, TRUTH).violations(), "no guard");
    }

    @Test
    void lastHopThatIsNoExit_isReported() {
        List<Sight> sights = circuit();
        sights.set(MIDDLE, sights.get(MIDDLE).withNext(Optional.of(relay("guard2"))));
        sights.set(LAST, sights.get(LAST).withRelay("guard2"));

        assertThat(PrivacyRules.check(sights, TRUTH).violations())
                .hasSize(1)
                .allMatch(one -> one.contains("policy rules out"));
    }

    @Test
    void streamsOfTwoOwners_areReported() {
        assertFound(doctored(LAST, one -> one.withDestination(stream("bank.example"))), "shared by [alice, bob]");
        assertFound(doctored(LAST, one -> one.withAddress(BANK)), "shared by [alice, bob]");
        assertFound(
                doctored(LAST, one -> one.withDestination(new Destination(Purpose.DIRECTORY, "", 0))),
                "shared by [alice, the client's directory]");
    }

    @Test
    void whatNobodyAskedFor_isReported() {
        assertFound(doctored(LAST, one -> one.withDestination(stream("elsewhere.example"))), "nobody has asked");
    }

    @Test
    void circuitOfAnotherClient_isReported() {
        assertThat(doctored(FIRST, one -> one.withPrevious(client(OTHER_CLIENT), 1)))
                .hasSize(1)
                .allMatch(one -> one.contains("another client serves alice"));
    }

    @Test
    void circuitOutOfNowhere_isReported() {
        assertFound(doctored(LAST, one -> one.withPrevious(relay("middle"), 77)), "has not seen this circuit");
    }

    @Test
    void tooManyGuards_areReported() {
        List<Sight> sights = circuit();
        sights.add(sight("guard2", client(CLIENT), 11, Optional.of(relay("middle"))));

        assertFound(PrivacyRules.check(sights, TRUTH).violations(), "has used the guards [guard, guard2]");
    }

    @Test
    void circuitRoundAndRound_isReported() {
        List<Sight> sights = circuit();
        Sight turned = new Sight(
                "middle",
                relay("middle"),
                8,
                Optional.of(relay("middle")),
                OptionalInt.of(8),
                ImmutableList.of(),
                ImmutableList.of(),
                "");
        sights.add(turned);

        assertFound(PrivacyRules.check(sights, TRUTH).violations(), "round and round");
    }

    @Test
    void nameInTheLog_isReported() {
        try (LogWatch log = new LogWatch()) {
            log.start();
            LoggerFactory.getLogger("org.onion4j.testnet.privacy.Probe").info("asking for {}", "shop.example");
            assertThat(log.linesWith(Stream.of("shop.example"))).hasSize(1);
            assertThat(log.linesWith(Stream.of("bank.example"))).isEmpty();
        }
    }
}
