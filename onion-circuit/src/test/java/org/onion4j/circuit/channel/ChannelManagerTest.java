package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.PaddingNegotiate;
import org.onion4j.circuit.channel.PaddingParameters.Mode;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;

/** Real links in virtual time. */
@Timeout(60)
class ChannelManagerTest {
    private static final PaddingParameters NONE = new PaddingParameters(Mode.NORMAL, 0, 0, true);

    private final VirtualTime time = new VirtualTime();
    private final TestEnvironment environment =
            TestEnvironment.builder().time(time).build();
    private final ChannelManager manager = new ChannelManager(environment.environment());
    private volatile CountDownLatch mayGoOn = new CountDownLatch(0);
    private ScriptedRelay relay;
    private ChannelTarget target;

    @BeforeEach
    void startRelay() throws Exception {
        relay = ScriptedRelay.builder()
                .count(1)
                .script(new RelayScript() {
                    @Override
                    public void onConnect(ScriptedRelay self, Socket socket) throws Exception {
                        mayGoOn.await();
                    }
                })
                .start();
        target = TestEnvironment.target(relay);
        manager.setPadding(NONE);
    }

    @AfterEach
    void closeAll() throws Exception {
        List<Channel> all = manager.channels();
        manager.close();
        all.forEach(channel -> TestEnvironment.get(channel.closed()));
        assertThat(manager.channels()).isEmpty();
        environment.close();
        relay.close();
        relay.assertNoFailures();
    }

    /** Links made from now on come to their handshake only when the latch is down. */
    private CountDownLatch stallNextLink() {
        CountDownLatch latch = new CountDownLatch(1);
        mayGoOn = latch;
        return latch;
    }

    private ChannelTarget weaker() {
        return new ChannelTarget(target.address(), target.rsaIdentity(), Optional.empty());
    }

    private static final class Nobody implements CellHandler {
        @Override
        public void onCell(int command, byte[] buffer, int offset) {}

        @Override
        public void onBatchEnd() {}

        @Override
        public void onChannelClosed(ChannelException cause) {}
    }

    @Test
    void get_again_givesTheSameChannel() throws Exception {
        Channel channel = TestEnvironment.get(manager.get(target));
        assertThat(TestEnvironment.get(manager.get(target))).isSameAs(channel);
        assertThat(TestEnvironment.get(manager.get(weaker()))).isSameAs(channel);
        assertThat(manager.channels()).containsExactly(channel);
    }

    @Test
    void get_byManyThreadsAtOnce_makesOneConnection() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Channel>> results = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CompletableFuture<Channel> result = new CompletableFuture<>();
            results.add(result);
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                    result.complete(TestEnvironment.get(manager.get(target)));
                } catch (InterruptedException | RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        go.countDown();
        Set<Channel> channels = new HashSet<>();
        for (CompletableFuture<Channel> result : results) {
            channels.add(TestEnvironment.get(result));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(channels).hasSize(1);
    }

    @Test
    void get_whileOneIsOpenedOfWhichLessIsExpected_opensAnother() throws Exception {
        CountDownLatch mayGoOn = stallNextLink();
        CompletableFuture<Channel> first = manager.get(weaker());
        CompletableFuture<Channel> second = manager.get(target);
        CompletableFuture<Channel> third = manager.get(weaker());
        mayGoOn.countDown();
        Channel one = TestEnvironment.get(first);
        Channel two = TestEnvironment.get(second);
        assertThat(two).isNotSameAs(one);
        assertThat(TestEnvironment.get(third)).isSameAs(one);
        // Both are known, so both are closed at the end: see closeAll.
        assertThat(manager.channels()).containsExactlyInAnyOrder(one, two);
    }

    @Test
    void get_whileOneIsOpenedOfWhichMoreIsExpected_waitsForThatOne() throws Exception {
        CountDownLatch mayGoOn = stallNextLink();
        CompletableFuture<Channel> first = manager.get(target);
        CompletableFuture<Channel> second = manager.get(weaker());
        mayGoOn.countDown();
        assertThat(TestEnvironment.get(second)).isSameAs(TestEnvironment.get(first));
    }

    @Test
    void get_openChannelThatProvedAnotherEd25519Identity_isNotReused_andNotForgotten() throws Exception {
        Channel channel = TestEnvironment.get(manager.get(weaker()));
        ChannelTarget other = new ChannelTarget(
                target.address(), target.rsaIdentity(), Optional.of(new Ed25519Identity(Bytes.copyOf(new byte[32]))));
        assertThat(TestEnvironment.failure(manager.get(other)))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.IDENTITY));
        assertThat(channel.isOpen()).isTrue();
        assertThat(TestEnvironment.get(manager.get(target))).isSameAs(channel);
    }

    @Test
    void get_openingFails_isForgottenAndTriedAnew() throws Exception {
        ScriptedRelay gone =
                ScriptedRelay.builder().count(1).relay(relay.keys()).start();
        ChannelTarget nowhere = new ChannelTarget(gone.address(), target.rsaIdentity(), target.ed25519Identity());
        gone.close();
        CompletableFuture<Channel> failed = manager.get(nowhere);
        List<Channel> tried = manager.channels();
        assertThat(TestEnvironment.failure(failed))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.CONNECT));
        tried.forEach(channel -> TestEnvironment.get(channel.closed()));
        assertThat(manager.channels()).isEmpty();
        assertThat(TestEnvironment.get(manager.get(target)).isOpen()).isTrue();
    }

    @Test
    void idleChannel_isClosedAfterThreeToFourAndAHalfMinutes() throws Exception {
        Channel channel = TestEnvironment.get(manager.get(target));
        int circuit = channel.attach(new Nobody());
        time.advance(Duration.ofMinutes(20));
        assertThat(channel.isOpen()).isTrue();
        channel.detach(circuit);
        time.advance(Duration.ofMinutes(3).minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        time.advance(Duration.ofSeconds(91 + 31));
        assertThat(channel.isOpen()).isFalse();
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        relay.awaitLinkEnd();
        assertThat(TestEnvironment.get(manager.get(target))).isNotSameAs(channel);
    }

    @Test
    void idleChannel_withReducedPadding_isClosedAfterHalfTheTime() throws Exception {
        manager.setPadding(new PaddingParameters(Mode.REDUCED, 9000, 14000, true));
        Channel channel = TestEnvironment.get(manager.get(target));
        time.advance(Duration.ofSeconds(89));
        assertThat(channel.isOpen()).isTrue();
        time.advance(Duration.ofSeconds(46 + 31));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void channelThatIsAskedFor_isNotClosedForIdlenessBeforeItsCircuitBegins() throws Exception {
        Channel channel = TestEnvironment.get(manager.get(target));
        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofMinutes(2).plusSeconds(50));
            assertThat(TestEnvironment.get(manager.get(target))).isSameAs(channel);
        }
    }

    @Test
    void retiredChannel_isReplacedAndEndsWithItsLastCircuit() throws Exception {
        Channel old = TestEnvironment.get(manager.get(target));
        int circuit = old.attach(new Nobody());
        old.retire();
        Channel fresh = TestEnvironment.get(manager.get(target));
        assertThat(fresh).isNotSameAs(old);
        assertThat(old.isOpen()).isTrue();
        old.detach(circuit);
        assertThat(TestEnvironment.get(old.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        assertThat(fresh.isOpen()).isTrue();
    }

    @Test
    void t78_channelLongInOpening_anotherIsTriedBesideIt_andFewInAll() throws Exception {
        CountDownLatch mayGoOn = stallNextLink();
        manager.get(target);
        time.advance(Duration.ofSeconds(9));
        manager.get(target);
        assertThat(manager.channels()).hasSize(1);
        for (int i = 0; i < 4; i++) {
            time.advance(Duration.ofSeconds(10));
            manager.get(target);
            manager.get(target);
        }
        assertThat(manager.channels()).hasSize(3);
        mayGoOn.countDown();
        assertThat(TestEnvironment.get(manager.get(target)).isOpen()).isTrue();
        manager.channels().forEach(channel -> TestEnvironment.get(channel.opened()));
    }

    @Test
    void t78_channelSilent_tellsForHowLong_andIsGivenUpAsSuch() throws Exception {
        Channel channel = TestEnvironment.get(manager.get(target));
        time.advance(Duration.ofSeconds(12));
        assertThat(channel.unheardFor()).isEqualTo(Duration.ofSeconds(12));
        channel.giveUpSilent();
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.SILENT);
        assertThat(channel.unheardFor()).isZero();
    }

    @Test
    void t78_networkChanged_dropsAllAtOnce() throws Exception {
        Channel old = TestEnvironment.get(manager.get(target));
        old.attach(new Nobody());
        manager.networkChanged();
        assertThat(old.isOpen()).isFalse();
        assertThat(TestEnvironment.get(old.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        assertThat(TestEnvironment.get(manager.get(target)).isOpen()).isTrue();
    }

    @Test
    void t78_networkChanged_whileOneIsOpenedAndOneIsFull_endsBothAtOnceAndWakesWhoWaits() throws Exception {
        Channel full = TestEnvironment.get(manager.get(target));
        CountDownLatch mayGoOn = stallNextLink();
        ChannelTarget other = new ChannelTarget(
                target.address(), target.rsaIdentity(), Optional.of(new Ed25519Identity(Bytes.copyOf(new byte[32]))));
        CompletableFuture<Channel> opening = manager.get(other);
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            full.reserve(Long.MAX_VALUE, () -> false);
        }
        CompletableFuture<Boolean> woken = new CompletableFuture<>();
        Thread writer = new Thread(() -> {
            try {
                full.reserve(TimeUnit.HOURS.toNanos(1), () -> false);
                woken.complete(false);
            } catch (ChannelException e) {
                woken.complete(e.kind() == ChannelException.Kind.CLOSED);
            } catch (InterruptedException | TimeoutException e) {
                woken.completeExceptionally(e);
            }
        });
        writer.start();
        while (writer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        manager.networkChanged();
        assertThat(TestEnvironment.get(woken)).isTrue();
        writer.join();
        assertThat(TestEnvironment.failure(opening))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.CLOSED));
        assertThat(TestEnvironment.get(full.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        mayGoOn.countDown();
        assertThat(TestEnvironment.get(manager.get(target)).isOpen()).isTrue();
    }

    /** Nothing that the old network did keeps a channel of the new one waiting, however often it changes. */
    @Test
    void t78_networkChangedAgainAndAgain_leavesNothingBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Channel> next = manager.get(target);
            if (i % 2 == 0) {
                TestEnvironment.get(next);
            }
            List<Channel> dropped = manager.channels();
            manager.networkChanged();
            assertThat(manager.channels().stream().filter(Channel::isOpen)).isEmpty();
            dropped.forEach(channel -> TestEnvironment.get(channel.closed()));
        }
        assertThat(TestEnvironment.get(manager.get(target)).isOpen()).isTrue();
        assertThat(manager.channels()).hasSize(1);
    }

    @Test
    void t78_retiredWhileOpening_servesWhoWaitedAndNobodyElse() throws Exception {
        CountDownLatch mayGoOn = stallNextLink();
        CompletableFuture<Channel> waited = manager.get(target);
        Channel old = manager.channels().get(0);
        old.retire();
        CompletableFuture<Channel> later = manager.get(target);
        mayGoOn.countDown();
        assertThat(TestEnvironment.get(waited)).isSameAs(old);
        assertThat(TestEnvironment.get(later)).isNotSameAs(old);
        int circuit = old.attach(new Nobody());
        old.retire();
        assertThat(old.isOpen()).isTrue();
        old.detach(circuit);
        assertThat(TestEnvironment.get(old.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        old.retire();
        assertThat(TestEnvironment.get(later).isOpen()).isTrue();
    }

    @Test
    void t78_retiredWhileOpening_andUsedByNobody_isClosedAsIdle() throws Exception {
        CompletableFuture<Channel> waited = manager.get(target);
        Channel old = manager.channels().get(0);
        old.retire();
        if (TestEnvironment.get(waited.handle((channel, failure) -> failure == null))) {
            time.advance(Duration.ofMinutes(6));
        }
        assertThat(TestEnvironment.get(old.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
    }

    @Test
    void close_refusesNewOnesAndEndsThoseBeingOpened() throws Exception {
        CompletableFuture<Channel> opening = manager.get(target);
        manager.close();
        assertThat(TestEnvironment.failure(manager.get(target)))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.CLOSED));
        opening.handle((channel, failure) -> null).join(); // either way, it comes to an end
    }

    @Test
    void reducedPadding_isTheFirstThingThatTheRelayHears() throws Exception {
        manager.setPadding(new PaddingParameters(Mode.REDUCED, 9000, 14000, true));
        Channel channel = TestEnvironment.get(manager.get(target));
        channel.send(0, CellCommand.PADDING, new byte[509], 0);
        relay.awaitCell(CellCommand.NETINFO);
        assertThat(relay.awaitCell().message()).isEqualTo(PaddingNegotiate.stop());
        assertThat(relay.awaitCell().command()).isEqualTo(CellCommand.PADDING);
    }

    @Test
    void idleLinkThatCarriesPaths_isPaddedOnTheWire() throws Exception {
        manager.setPadding(PaddingParameters.DEFAULT);
        Channel channel = TestEnvironment.get(manager.get(target));
        channel.attach(new Nobody());
        relay.awaitCell(CellCommand.NETINFO);
        channel.carryPaths();
        while (!channel.paddedLink().activity().writerWaits()) {
            Thread.onSpinWait(); // a link is idle once its writer is
        }
        for (int i = 0; i < 20; i++) {
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(relay.awaitCell().command()).isEqualTo(CellCommand.PADDING);
    }
}
