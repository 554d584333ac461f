package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.runtime.MemoryAccount;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.crypto.bytes.Bytes;

/** T17: a circuit that is closed from several sides at once. */
@Timeout(60)
class CircuitRaceTest {
    private static final int ROUNDS = 600;
    private static final int MEMORY_BYTES = 8 * 1024 * 1024;
    private static final int MOST_SPINS = 3000;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture().memory(MEMORY_BYTES);

    /** The hop that was asked to extend, and how. */
    private record Asked(ScriptedHop hop, Extend2 extend) {}

    private interface Action {
        void run() throws Exception;
    }

    /**
     * Memory that others take all at once: the oldest data, a stream's, is given up for it, and if that isn't enough, itself.
     * It is older than whatever waits in the channel's queue by then, so that the channel stays.
     */
    private static final class Ballast implements MemoryQuota.Owner {
        private final ReentrantLock lock = new ReentrantLock();
        private final MemoryAccount account = client.channel().memory().newAccount(this);

        Ballast() {
            account.onPut(1);
        }

        void grow() {
            lock.lock();
            try {
                account.hold(MEMORY_BYTES);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void trim() {} // it is full

        @Override
        public void giveUp() {
            lock.lock();
            try {
                account.release();
            } finally {
                lock.unlock();
            }
        }
    }

    @Test
    void t17_seededInterleavings_oneEndOfEachAndNothingAfterIt() throws Exception {
        BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) {
                asked.add(new Asked(hop, extend));
            }
        });
        int reclaimed = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            Built circuit = client.fast();
            CircuitFixture.Stream unread = circuit.open();
            unread.hop().send(unread.id(), new Data(Bytes.copyOf(new byte[498])));
            CircuitFixture.Stream stream = circuit.begin();
            client.awaitHandled();
            Ballast ballast = new Ballast();
            CompletableFuture<Void> extended = circuit.circuit().extend(client.target(1, HopTarget.Handshake.NTOR));
            Asked waiting = asked.poll(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
            List<String> events = new CopyOnWriteArrayList<>();
            note(events, "extended", extended);
            note(events, "connected", stream.client().connected());
            note(events, "stream closed", stream.client().closed());
            note(events, "unread closed", unread.client().closed());
            note(events, "closed", circuit.circuit().closed());

            List<Action> actions = new ArrayList<>(List.of(
                    circuit.circuit()::close,
                    () -> circuit.relay().destroy(DestroyReason.FINISHED),
                    () -> waiting.hop().answerExtend(waiting.extend()),
                    () -> stream.hop().send(stream.id(), Connected.to(java.net.InetAddress.getLoopbackAddress(), 9)),
                    stream.client()::close,
                    ballast::grow,
                    () -> circuit.circuit().close(new CircuitException(CircuitException.Kind.TIMEOUT, "too late"))));
            Random order = new Random(seed);
            Collections.shuffle(actions, order);
            atOnce(actions.subList(0, 3 + new SplittableRandom(seed).nextInt(2)), order);
            circuit.circuit().close();

            get(circuit.circuit().closed());
            assertThat(extended).isDone();
            assertThat(stream.client().connected()).isDone();
            get(stream.client().closed());
            get(unread.client().closed());
            client.awaitHandled(); // and told
            ballast.giveUp();
            if (get(circuit.circuit().closed()).kind() == CircuitException.Kind.MEMORY) {
                reclaimed++;
            }
            assertOrder(events, seed);
            assertThat(client.destroysOf(circuit)).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(reclaimed).as("circuits that closed for want of memory").isPositive();
    }

    private static void note(List<String> events, String name, CompletableFuture<?> future) {
        future.whenComplete((value, failure) -> events.add(failure == null ? name : name + " failed"));
    }

    private static void assertOrder(List<String> events, int seed) {
        assertThat(events).as("events of seed %s", seed).hasSize(5).doesNotHaveDuplicates();
        assertThat(events).filteredOn(e -> e.equals("closed")).hasSize(1);
        assertThat(events.indexOf("extended")).isLessThan(events.indexOf("closed"));
        assertThat(events.indexOf("connected")).isLessThan(events.indexOf("stream closed"));
        assertThat(events.indexOf("stream closed")).isLessThan(events.indexOf("closed"));
        assertThat(events.indexOf("unread closed")).isLessThan(events.indexOf("closed"));
    }

    private static void atOnce(List<Action> actions) throws Exception {
        atOnce(actions, new Random(1));
    }

    /** All begin together, but for a few spins that chance decides. */
    private static void atOnce(List<Action> actions, Random random) throws Exception {
        CyclicBarrier start = new CyclicBarrier(actions.size());
        List<Running<Void>> running = new ArrayList<>();
        for (Action action : actions) {
            int spins = random.nextInt(MOST_SPINS);
            running.add(client.run(() -> {
                start.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
                for (int i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
                try {
                    action.run();
                } catch (ClientGoneException e) {
                    return null; // the relay was too late
                }
                return null;
            }));
        }
        for (Running<Void> one : running) {
            get(one.result());
        }
    }

    /** Whoever opens streams while others close gets a stream that ends, or an error. */
    @Test
    void t17_openingStreamsWhileClosing_noStreamIsLeft() throws Exception {
        for (int round = 0; round < 40; round++) {
            Built circuit = client.fast();
            List<DataStream> opened = new CopyOnWriteArrayList<>();
            List<CompletableFuture<?>> lookUps = new CopyOnWriteArrayList<>();
            atOnce(List.of(
                    () -> {
                        try {
                            for (int i = 0; i < 20; i++) {
                                opened.add(circuit.circuit().openStream(new Begin("a.test", 80, 0)));
                                lookUps.add(circuit.circuit().resolve(new Resolve("a.test")));
                            }
                        } catch (CircuitException e) {
                            assertThat(circuit.circuit().isOpen()).isFalse();
                        }
                    },
                    circuit.circuit()::close));
            get(circuit.circuit().closed());
            for (DataStream stream : opened) {
                get(stream.closed());
            }
            for (CompletableFuture<?> lookUp : lookUps) {
                CircuitFixture.streamFailure(lookUp);
            }
            assertThat(circuit.circuit().streamCount()).isZero();
        }
    }

    @Test
    void close_fromAListener_isSafe() throws Exception {
        Built circuit = client.fast();
        CircuitFixture.Stream stream = circuit.begin();
        CompletableFuture<Void> seen = new CompletableFuture<>();
        stream.client().connected().whenComplete((c, e) -> {
            stream.client().close();
            circuit.circuit().close();
        });
        circuit.circuit().closed().thenAccept(cause -> {
            circuit.circuit().close();
            seen.complete(null);
        });
        stream.hop().send(stream.id(), Connected.to(java.net.InetAddress.getLoopbackAddress(), 9));
        get(seen);
        client.awaitDestroy(circuit);
    }

    @Test
    void listenerThatThrows_harmsNobody() throws Exception {
        Built circuit = client.fast();
        CircuitFixture.Stream stream = circuit.begin();
        stream.client().connected().thenAccept(c -> {
            throw new IllegalStateException("a listener's mistake");
        });
        stream.connect();
        assertThat(circuit.circuit().isOpen()).isTrue();
    }

    @Test
    void close_wipesKeysAndWhatWasSent() throws Exception {
        Built built = client.build(3);
        Circuit circuit = built.circuit();
        List<Hop> hops = circuit.hops();
        assertThat(hops).hasSize(3);
        built.open().client().write(new byte[] {1}, 0, 1);
        assertThat(hops.get(2).crypto().forwardTag()).isNotEqualTo(new byte[20]);
        circuit.close();
        for (Hop hop : hops) {
            assertThat(hop.crypto().forwardTag()).containsOnly(0);
            assertThat(hop.crypto().backwardTag()).containsOnly(0);
            assertThatThrownBy(() -> hop.crypto().passForward(new byte[509], 0, new byte[509], 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wiped");
        }
    }
}
