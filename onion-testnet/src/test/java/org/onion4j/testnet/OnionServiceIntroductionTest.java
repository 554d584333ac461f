package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceException.Reason;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.testnet.ScriptedService.Conduct;

/** Introduction and rendezvous points that let a client down, and the client that reaches the service all the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OnionServiceIntroductionTest {
    private static final int HANDSHAKE_INFO_LEN = 64;
    private static final int MAX_TRIES = 12;
    private static final int HOPS_TO_POINT = 4;

    private final OnionServiceWorld world = new OnionServiceWorld(45);
    private final ScriptedService service = world.service;
    private OnionClient client;

    OnionServiceIntroductionTest() throws Exception {}

    @BeforeAll
    void publish() throws Exception {
        service.publish(1);
        client = world.network.newClient();
    }

    @BeforeEach
    void begin() {
        service.introductions().clear();
    }

    @AfterEach
    void heal() {
        world.hostile();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
    }

    @AfterAll
    void close() {
        world.close();
    }

    private void conduct(Conduct... conducts) {
        for (int i = 0; i < conducts.length; i++) {
            service.points().get(i).conduct(conducts[i]);
        }
    }

    private void assertConnects() throws Exception {
        try (OnionStream stream = world.connect(client)) {
            OnionServiceWorld.assertEcho(stream);
        }
    }

    /** T45: connects whenever one introduction point is good, for one request as for many. */
    @ParameterizedTest
    @CsvSource({"1, MUTE, KILLS", "20, REFUSES, LIES"})
    void t45_pointsOfAnyConduct_oneGoodOneIsEnough(int requests, Conduct bad, Conduct worse) throws Exception {
        Conduct[] conducts = {Conduct.GOOD, bad, worse};
        for (Conduct first : conducts) {
            for (Conduct second : conducts) {
                for (Conduct third : conducts) {
                    conduct(first, second, third);
                    service.introductions().clear();
                    StreamOptions together = OnionServiceWorld.apart();
                    List<CompletableFuture<OnionStream>> all = new ArrayList<>();
                    for (int i = 0; i < requests; i++) {
                        all.add(world.open(client, together));
                    }
                    world.await(CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)));
                    boolean good = List.of(first, second, third).contains(Conduct.GOOD);
                    for (CompletableFuture<OnionStream> one : all) {
                        assertThat(one.isCompletedExceptionally())
                                .as("%s %s %s", first, second, third)
                                .isEqualTo(!good);
                        if (good) {
                            OnionServiceWorld.assertEcho(one.get());
                            one.get().close();
                        }
                    }
                    assertThat(service.introductions()).hasSizeLessThanOrEqualTo(MAX_TRIES);
                    assertThat(service.introductions())
                            .extracting(IntroductionPlaintext::cookie)
                            .doesNotHaveDuplicates();
                }
            }
        }
    }

    /** T45: what no introduction point passes on has its own error, as has what the service doesn't answer. */
    @Test
    void t45_noPointIsGood_saysWhatHappened() throws Exception {
        conduct(Conduct.KILLS, Conduct.REFUSES, Conduct.KILLS);
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_FAILED);
        assertThat(service.introductions()).hasSize(6); // each once by each of two descriptors that are the same
        conduct(Conduct.MUTE, Conduct.MUTE, Conduct.MUTE);
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_TIMED_OUT);
        conduct(Conduct.MUTE, Conduct.REFUSES, Conduct.MUTE);
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_FAILED);
        conduct(Conduct.LIES, Conduct.LIES, Conduct.LIES);
        assertThat(world.refusal(client)).isEqualTo(Reason.NO_ANSWER);
        conduct(Conduct.GOOD);
        assertConnects();
    }

    /** A service that is told and doesn't come costs one circuit to each of its points for each time that it is told. */
    @Test
    void t45_serviceDoesNotCome_noCircuitIsWasted() throws Exception {
        conduct(Conduct.LIES, Conduct.LIES, Conduct.LIES);
        world.forget();
        assertThat(world.refusal(client)).isEqualTo(Reason.NO_ANSWER);
        for (ScriptedService.Point point : service.points()) {
            assertThat(point.relay().seen())
                    .filteredOn(seen -> !seen.next().isPresent() && !seen.knowsClient())
                    .filteredOn(seen -> SeenPaths.path(world.network, new SeenPaths.Ended(point.relay(), seen))
                                    .size()
                            == HOPS_TO_POINT) // others are spare ones that happen to end here
                    .as("circuits that end at %s", point.relay())
                    .noneMatch(seen -> seen.cells().stream()
                            .noneMatch(cells -> cells.message().isPresent()));
        }
    }

    /** Once an introduction point has heard of a rendezvous point, no other one does: they can't tell us by the cookie. */
    @Test
    void t45_eachPoint_isToldOfAnotherRendezvousPoint() throws Exception {
        conduct(Conduct.REFUSES, Conduct.REFUSES, Conduct.REFUSES);
        world.refusal(client);
        assertThat(service.introductions())
                .hasSize(6)
                .extracting(IntroductionPlaintext::cookie)
                .doesNotHaveDuplicates();
    }

    /** T40: a rendezvous point that answers before the service can have heard of it. */
    @Test
    void t40_rendezvous2BeforeIntroduce1_isNotTaken() throws Exception {
        AtomicInteger hostile = new AtomicInteger();
        Forgery early = Forgery.message("RENDEZVOUS2", 0, new byte[HANDSHAKE_INFO_LEN]);
        world.hostile(passing -> passing.isFromRelay("RENDEZVOUS_ESTABLISHED") && hostile.getAndIncrement() == 0
                ? Reaction.pass().after(early)
                : Reaction.pass());
        assertConnects();
        assertThat(hostile.get()).isGreaterThan(1);

        // Before it: what comes after may come when the introduction is on its way already.
        world.hostile(passing ->
                passing.isFromRelay("RENDEZVOUS_ESTABLISHED") ? Reaction.pass().before(early) : Reaction.pass());
        service.introductions().clear();
        assertThat(world.refusal(client)).isEqualTo(Reason.INTRODUCTION_FAILED);
        assertThat(service.introductions())
                .as("of rendezvous points that are gone")
                .isEmpty();
    }

    /** T40, T45: what a rendezvous point can do once the service comes; another one is taken. */
    @Test
    void t40_rendezvousPointSpoilsTheMeeting_anotherIsTaken() throws Exception {
        List<Hostility> all = List.of(
                passing -> Reaction.drop().after(Forgery.destroy(1)),
                passing -> Reaction.replace(new byte[HANDSHAKE_INFO_LEN]),
                passing -> Reaction.replace(new byte[3]),
                passing -> Reaction.pass().before(Forgery.message("RENDEZVOUS2", 0, passing.data())), // twice the same
                passing -> Reaction.drop());
        for (int i = 0; i < all.size(); i++) {
            Hostility spoilt = all.get(i);
            AtomicInteger meetings = new AtomicInteger();
            world.hostile(passing -> passing.isFromRelay("RENDEZVOUS2") && meetings.getAndIncrement() == 0
                    ? spoilt.meet(passing)
                    : Reaction.pass());
            assertConnects();
            assertThat(meetings).as("spoilt in way %s", i).hasValue(2);
        }
    }

    /** T45: rendezvous points that don't answer, refuse, or say what nobody asked. */
    @Test
    void t45_rendezvousPointIsOfNoUse_anotherIsTaken() throws Exception {
        for (Reaction useless : new Reaction[] {
            Reaction.drop(),
            Reaction.drop().after(Forgery.destroy(1)),
            Reaction.drop().after(Forgery.message("INTRODUCE_ACK", 0, new byte[] {0, 0, 0}))
        }) {
            AtomicInteger asked = new AtomicInteger();
            world.hostile(passing -> passing.isFromRelay("RENDEZVOUS_ESTABLISHED") && asked.getAndIncrement() == 0
                    ? useless
                    : Reaction.pass());
            assertConnects();
            assertThat(asked.get()).as("after %s", useless).isGreaterThan(1);
        }
    }
}
