package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.hs.pow.PowExtension;
import org.onion4j.testnet.ScriptedService.Conduct;

/** What a client does for a service that asks for proof of work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OnionServiceWorkTest {
    private static final Bytes SEED = Bytes.copyOf(new byte[PowParameters.SEED_LEN]);

    private final OnionServiceWorld world = new OnionServiceWorld(48);
    private final ScriptedService service = world.service;
    private OnionClient client;
    private long revision;

    OnionServiceWorkTest() throws Exception {}

    @BeforeEach
    void begin() throws Exception {
        service.introductions().clear();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        client = world.network.newClient();
    }

    @AfterEach
    void end() {
        client.close();
    }

    @AfterAll
    void close() {
        world.close();
    }

    private void publish(long effort, Duration life) throws Exception {
        revision++;
        PowParameters asked =
                new PowParameters(SEED, effort, world.network.time().now().plus(life));
        for (TestRelay relay : world.network.relays()) {
            service.put(relay, service.descriptor(service.content(revision, asked), List.of()));
        }
    }

    private void assertConnects() throws Exception {
        try (OnionStream stream = world.connect(client)) {
            OnionServiceWorld.assertEcho(stream);
        }
    }

    /** The effort that was proved in an introduction. */
    private Optional<Long> proved(IntroductionPlaintext introduction) throws Exception {
        if (introduction.extensions().isEmpty()) {
            return Optional.empty();
        }
        assertThat(introduction.extensions())
                .singleElement()
                .satisfies(one -> assertThat(one.type()).isEqualTo(PowExtension.TYPE));
        PowExtension proof =
                PowExtension.decode(introduction.extensions().get(0).field());
        assertThat(proof.seedHead()).isEqualTo(SEED.slice(0, PowExtension.SEED_HEAD_LEN));
        assertThat(ProofOfWork.verify(
                        new ProofOfWork.Puzzle(SEED, service.blindedKey(), proof.effort()),
                        new ProofOfWork.Solution(proof.nonce(), proof.solution())))
                .isTrue();
        return Optional.of(proof.effort());
    }

    @Test
    void serviceAsksForWork_getsProofOfIt() throws Exception {
        publish(3, Duration.ofHours(1));
        assertConnects();
        assertThat(proved(service.introductions().get(0))).contains(3L);
    }

    @Test
    void serviceSuggestsNoWork_getsNone() throws Exception {
        publish(0, Duration.ofHours(1));
        assertConnects();
        assertThat(proved(service.introductions().get(0))).isEmpty();
    }

    /** Where introductions came to nothing, there may be a queue: the next ones show work unasked. */
    @Test
    void introductionsFail_nextOnesShowWork() throws Exception {
        publish(0, Duration.ofHours(1));
        service.points().forEach(point -> point.conduct(Conduct.REFUSES));
        world.refusal(client);
        service.introductions().clear();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        assertConnects();
        assertThat(proved(service.introductions().get(0)).orElse(0L)).isGreaterThanOrEqualTo(8);
    }

    /** Nobody has a newer descriptor: the client does what it can. */
    @Test
    void puzzleHasExpired_connectsAllTheSame() throws Exception {
        publish(2, Duration.ofHours(-1));
        assertConnects();
        assertThat(proved(service.introductions().get(0))).contains(2L);
    }
}
