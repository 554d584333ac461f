package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.hs.descriptor.IntroductionPoint;

/** A service among relays that aren't what introduction points should be. */
@Timeout(240)
class OnionServiceHostilePointsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int POINTS = 3;
    private static final int HOURS = 6;
    private static final int MOST_ASKED = 100;

    /** The relay answers twice. */
    private static final Hostility CONFIRMS_TWICE = passing -> passing.isFromRelay("INTRO_ESTABLISHED")
            ? Reaction.pass().after(Forgery.message("INTRO_ESTABLISHED", 0, new byte[1]))
            : Reaction.pass();

    private static final Hostility INTRODUCES_BEFORE = passing -> passing.isFromRelay("INTRO_ESTABLISHED")
            ? Reaction.pass().before(Forgery.message("INTRODUCE2", 0, new byte[200]))
            : Reaction.pass();

    private static final Hostility NEVER_CONFIRMS =
            passing -> passing.isFromClient("ESTABLISH_INTRO") ? Reaction.drop() : Reaction.pass();

    private static final Hostility DROPS_AGAIN_AND_AGAIN = passing -> passing.isFromRelay("INTRO_ESTABLISHED")
            ? Reaction.pass().after(MINUTE.multipliedBy(10), Forgery.destroy(1))
            : Reaction.pass();

    private static final ImmutableList<Hostility> TRICKS =
            ImmutableList.of(CONFIRMS_TWICE, INTRODUCES_BEFORE, NEVER_CONFIRMS, DROPS_AGAIN_AND_AGAIN);

    private final AtomicInteger asked = new AtomicInteger();
    private final Map<TestRelay, Hostility> hostile = new ConcurrentHashMap<>();

    /** The first relays that are asked play a trick each, for ever. */
    private Reaction meet(TestRelay relay, Passing passing) {
        if (passing.isFromClient("ESTABLISH_INTRO")) {
            int number = asked.getAndIncrement();
            if (number < TRICKS.size()) {
                hostile.putIfAbsent(relay, TRICKS.get(number));
            }
        }
        Hostility trick = hostile.get(relay);
        return trick == null ? Reaction.pass() : trick.meet(passing);
    }

    private static long open(TestRelay relay) {
        return SeenPaths.circuitsAt(relay, "ESTABLISH_INTRO").stream()
                .filter(one -> !one.closed().isPresent())
                .count();
    }

    @Test
    void t56_fourHostilePoints_forSixHours_fewAreAsked_andWhatClientsAreToldIsTrue(@TempDir Path state)
            throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                .authorities(1)
                .relays(12)
                .exits(0)
                .seed(56)
                .parameter("nf_ito_low", 0) // without padding, which would take most of the test's time
                .parameter("nf_ito_high", 0)
                .standingTime()
                .build()) {
            network.relays().forEach(relay -> relay.hostile(passing -> meet(relay, passing)));
            try (TimedService service = new TimedService(network, state, POINTS)) {
                assertThat(hostile).hasSize(TRICKS.size());
                network.time().advance(Duration.ofHours(HOURS));

                assertThat(asked).hasValueBetween(2 * TRICKS.size(), MOST_ASKED);
                hostile.forEach((relay, trick) -> {
                    if (trick != DROPS_AGAIN_AND_AGAIN) {
                        assertThat(open(relay)).isZero();
                    }
                });
                network.relays().forEach(TestRelay::heal);
                assertTold(network, service);
                try (OnionClient client = network.newClient()) {
                    assertThat(service.fetch(client)).isLessThanOrEqualTo(MINUTE);
                }
            }
        }
    }

    private static void assertTold(TestNetwork network, TimedService service) throws Exception {
        try (IntroductionFlood reader = new IntroductionFlood(network, OnionAddress.ofHost(service.address()))) {
            ImmutableSet<IntroductionPoint> told = ImmutableSet.copyOf(reader.points());
            assertThat(told)
                    .hasSize(POINTS)
                    .allSatisfy(point -> assertThat(
                                    IntroductionFlood.relay(network, point).services())
                            .contains(point.authKey()));
        }
    }
}
