package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.pow.PowExtension;
import org.onion4j.hs.pow.RequestQueue.Pace;
import org.onion4j.hs.service.IntroductionReader.Opened;
import org.onion4j.hs.service.IntroductionReader.Request;
import org.slf4j.LoggerFactory;

/** T46, T49: what a service that asks for work makes of requests with and without it. */
class WorkGateTest {
    private static final Bytes COOKIE = Bytes.copyOf(new byte[20]);

    private final SeededRandom random = new SeededRandom(1);
    private final VirtualTime time = new VirtualTime();
    private final ServiceEnvironment environment = new ServiceEnvironment(
            null,
            random,
            time.clock(),
            time.ticker(),
            time,
            Runnable::run,
            null,
            true,
            new SparingLog(LoggerFactory.getLogger(WorkGateTest.class), time.ticker()));
    private final Refusals refusals = new Refusals(time.ticker());
    private final PointKeys keys = PointKeys.generate(random);
    private final ServiceKeys service = serviceKeys();
    private final Ways ways = new Ways();
    private WorkGate gate;

    /** Goes nowhere. */
    private static final class Ways implements WorkGate.Server {
        private final List<Request> served = new ArrayList<>();
        private boolean room = true;
        private int underWay;
        private int announcements;

        @Override
        public boolean hasRoom() {
            return room;
        }

        @Override
        public int underWay() {
            return underWay;
        }

        @Override
        public void serve(Request request) {
            served.add(request);
        }

        @Override
        public void onAnnounced() {
            announcements++;
        }
    }

    @AfterEach
    void wipe() {
        gate.close();
        keys.close();
    }

    private ServiceKeys serviceKeys() {
        try (Ed25519KeyPair identity = Ed25519KeyPair.generate(random)) {
            return ServiceKeys.of(new OnionAddress(identity.publicKey()), new TimePeriod(20_000, 1440));
        }
    }

    private void begin(int perSecond, int burst, long effort) {
        gate = new WorkGate(
                environment,
                new TimeSource(time.clock(), time.ticker()),
                new TaskSequence(environment.executor(), environment.scheduler(), environment.bugs()),
                refusals,
                new ServiceOptions.Work(new Pace(perSecond, burst), effort),
                ways);
        gate.look();
    }

    private Request request(Optional<PowExtension> work) throws Exception {
        Bytes header = Introduce2.header(keys.authKey(), ImmutableList.of());
        Introduce2 message;
        try (HsNtorClient client =
                new HsNtorClient(keys.authKey(), keys.encryption().publicKey(), service.subcredential(), random)) {
            message = new Introduce2(keys.authKey(), ImmutableList.of(), client.seal(header, Bytes.EMPTY));
        }
        Opened opened = IntroductionReader.open(message, keys, ImmutableList.of(service));
        HopTarget somewhere = new HopTarget(
                new RsaIdentity(COOKIE),
                Optional.empty(),
                keys.encryption().publicKey(),
                (Inet4Address) InetAddresses.forString("192.0.2.1"),
                1,
                HopTarget.Handshake.NTOR,
                false);
        return new Request(opened, COOKIE, somewhere, work);
    }

    private PowExtension work(PowParameters puzzle, Bytes blindedKey, long effort) {
        ProofOfWork.Solution solution = ProofOfWork.solve(
                        new ProofOfWork.Puzzle(puzzle.seed(), blindedKey, effort),
                        Bytes.copyOf(random.bytes(16)),
                        () -> false)
                .get();
        return new PowExtension(
                solution.nonce(), effort, puzzle.seed().slice(0, PowExtension.SEED_HEAD_LEN), solution.solution());
    }

    private Request worked(PowParameters puzzle, long effort) throws Exception {
        return request(Optional.of(work(puzzle, service.blindedKey(), effort)));
    }

    /** As the desk does it. */
    private void come(Request request) throws RefusedException {
        gate.add(request, gate.effort(request));
    }

    private void assertRefused(Refusal why, Request request) {
        assertThatThrownBy(() -> gate.effort(request))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(why));
        request.close();
    }

    private void flood(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            come(request(Optional.empty()));
        }
    }

    @Test
    void add_whoWorkedComesFirst_whoDidNotIsServedToo() throws Exception {
        begin(100, 100, 0);
        ways.room = false;
        Request free = request(Optional.empty());
        Request little = worked(gate.announced(), 1);
        Request more = worked(gate.announced(), 3);
        come(free);
        come(little);
        come(more);
        assertThat(ways.served).isEmpty();
        ways.room = true;
        gate.onRoom();
        assertThat(ways.served).containsExactly(more, little, free);
        assertThat(refusals.counts()).isEmpty();
    }

    /** What waits is bounded, what is dropped is counted, and a flood doesn't drop who has worked. */
    @Test
    void t46_add_aFloodWithoutWork_isTrimmedAndWhoWorkedGetsThrough() throws Exception {
        begin(1, 1, 0);
        flood(1); // takes what may go at once
        Request worked = worked(gate.announced(), 2);
        come(worked);
        flood(300);
        int capacity = new Pace(1, 1).capacity();
        assertThat(refusals.counts().get(Refusal.FLOOD)).isGreaterThan(300 - capacity);
        assertThat(ways.served).hasSize(1);
        time.advance(Duration.ofMillis(1_100)); // it looks every tenth of a second
        assertThat(ways.served).hasSize(2).last().isSameAs(worked);
    }

    @Test
    void serve_waitedTooLong_isCounted() throws Exception {
        begin(1, 1, 0);
        flood(30);
        time.advance(Duration.ofSeconds(60));
        long late = refusals.counts().get(Refusal.TOO_LATE);
        assertThat(ways.served.size() + late).isEqualTo(30);
        assertThat(ways.served).hasSizeBetween(14, 16); // one at once, and then one a second
        assertThat(refusals.counts()).isEqualTo(ImmutableMap.of(Refusal.TOO_LATE, late));
    }

    @Test
    void t49_effort_proofThatIsNotGood_isRefused() throws Exception {
        begin(10, 10, 0);
        PowExtension good = work(gate.announced(), service.blindedKey(), 2);
        assertRefused(
                Refusal.BAD_WORK,
                request(Optional.of(work(gate.announced(), serviceKeys().blindedKey(), 1))));
        assertRefused(
                Refusal.BAD_WORK,
                request(Optional.of(new PowExtension(good.nonce(), 0xffffffffL, good.seedHead(), good.solution()))));
        assertRefused(
                Refusal.BAD_WORK,
                request(Optional.of(new PowExtension(good.nonce(), 2, Bytes.copyOf(new byte[4]), good.solution()))));
        come(request(Optional.of(good)));
        assertRefused(Refusal.REPLAYED, request(Optional.of(good)));
        assertThat(ways.served).hasSize(1);
    }

    @Test
    void look_puzzleIsRenewedInTime_andTheFormerOneServesOnce() throws Exception {
        begin(10, 10, 0);
        PowParameters first = gate.announced();
        Request late = worked(first, 1);
        Request tooLate = worked(first, 1);
        time.advance(Duration.ofSeconds(6299));
        assertThat(gate.announced()).isEqualTo(first);
        time.advance(Duration.ofSeconds(902));
        PowParameters second = gate.announced();
        assertThat(second.seed()).isNotEqualTo(first.seed());
        assertThat(second.expires()).isAfter(first.expires());
        assertThat(ways.announcements).isEqualTo(1);
        come(late);
        assertThat(ways.served).containsExactly(late);
        time.advance(Duration.ofSeconds(7201));
        assertThat(ways.announcements).isEqualTo(2);
        assertRefused(Refusal.BAD_WORK, tooLate);
    }

    /** Effort that was done in vain makes the suggestion grow, and with it the descriptor; small moves don't. */
    @Test
    void look_effort_followsTheQueue() throws Exception {
        begin(1, 1, 100);
        ways.room = false;
        assertThat(gate.announced().suggestedEffort()).isEqualTo(100);
        for (int i = 0; i < 70; i++) { // are trimmed
            gate.add(request(Optional.empty()), 110);
        }
        time.advance(WorkGate.UPDATE_PERIOD.plusSeconds(1));
        assertThat(gate.announced().suggestedEffort()).isEqualTo(100); // 101 is not worth a descriptor
        assertThat(ways.announcements).isZero();
        ways.room = true;
        gate.onRoom(); // what waits is too old: its effort was in vain, too, which makes 102
        time.advance(WorkGate.UPDATE_PERIOD);
        assertThat(gate.announced().suggestedEffort()).isEqualTo(100);
        assertThat(ways.announcements).isZero();
        time.advance(WorkGate.UPDATE_PERIOD); // in which nobody came
        assertThat(gate.announced().suggestedEffort()).isEqualTo(68);
        assertThat(ways.announcements).isEqualTo(1);
        for (int i = 0; i < 70; i++) {
            gate.add(request(Optional.empty()), 200);
        }
        time.advance(WorkGate.UPDATE_PERIOD);
        assertThat(gate.announced().suggestedEffort()).isGreaterThan(200);
        assertThat(ways.announcements).isEqualTo(2);
    }

    @Test
    void close_nothingIsLeft() throws Exception {
        begin(1, 1, 0);
        flood(20);
        gate.close();
        assertThat(time.timers()).isZero();
        time.advance(Duration.ofHours(3));
        flood(1);
        assertThat(ways.served).hasSize(1);
        assertThat(ways.announcements).isZero();
    }
}
