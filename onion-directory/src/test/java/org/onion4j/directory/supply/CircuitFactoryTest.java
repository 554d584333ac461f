package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Iterables;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.testing.SeededRandom;

/** Real links whose relay stops answering, in virtual time. */
@Timeout(60)
class CircuitFactoryTest {
    private final VirtualTime time = new VirtualTime();
    private final TestEnvironment environment =
            TestEnvironment.builder().time(time).build();
    private final ChannelManager channels = new ChannelManager(environment.environment());
    private final CircuitFactory factory =
            new CircuitFactory(channels, new SeededRandom(4), time.ticker(), Runnable::run, time);
    private final BlockingQueue<Integer> unanswered = new LinkedBlockingQueue<>();
    private volatile boolean mute;
    private ScriptedRelay relay;

    @BeforeEach
    void startRelay() throws Exception {
        relay = ScriptedRelay.builder()
                .count(1)
                .script(new RelayScript() {
                    @Override
                    public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                        if (mute) {
                            unanswered.add(circuitId);
                        } else {
                            link.answerCreate(circuitId, create);
                        }
                    }
                })
                .start();
    }

    @AfterEach
    void closeAll() throws Exception {
        Iterable<Channel> all = channels.channels();
        channels.close();
        all.forEach(channel -> TestEnvironment.get(channel.closed()));
        environment.close();
        relay.close();
        relay.assertNoFailures();
    }

    private CircuitFactory.Attempt build() {
        return factory.buildOneHop(TestEnvironment.target(relay));
    }

    private void awaitUnanswered() throws InterruptedException {
        assertThat(unanswered.poll(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isNotNull();
    }

    private static void awaitHeard(Channel channel) {
        while (!channel.unheardFor().isZero()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void t78_relayFallsSilent_isAskedOnce_andTheLinkIsGivenUp() throws Exception {
        Circuit first = TestEnvironment.get(build().circuit());
        mute = true;
        CircuitFactory.Attempt second = build();
        awaitUnanswered();
        time.advance(LinkWatch.DOUBT);
        awaitUnanswered(); // the question
        time.advance(LinkWatch.PROBE.minusMillis(1));
        assertThat(first.isOpen()).isTrue();
        time.advance(Duration.ofMillis(1));

        ChannelException why = TestEnvironment.get(first.channel().closed());
        assertThat(why.kind()).isEqualTo(ChannelException.Kind.SILENT);
        assertThat(BuildFailures.isLinkDead(TestEnvironment.get(first.closed())))
                .isTrue();
        assertThat(BuildFailures.isLinkDead(TestEnvironment.failure(second.circuit())))
                .isTrue();
        mute = false;
        Circuit next = TestEnvironment.get(build().circuit());
        assertThat(next.channel()).isNotSameAs(first.channel());
    }

    @Test
    void t78_relayAnswersTheQuestion_theLinkStays() throws Exception {
        Circuit first = TestEnvironment.get(build().circuit());
        mute = true;
        CircuitFactory.Attempt second = build();
        awaitUnanswered();
        mute = false;
        for (int question = 1; question <= 2; question++) {
            time.advance(LinkWatch.DOUBT);
            awaitHeard(first.channel()); // the answer takes real time, of which the virtual one must not run ahead
            time.advance(LinkWatch.PROBE);
            assertThat(first.isOpen()).isTrue();
        }
        while (first.channel().circuitCount() > 2) {
            Thread.onSpinWait(); // the questions are cleared away
        }
        assertThat(first.channel().closed()).isNotDone();
        assertThat(second.circuit()).isNotDone();
    }

    @Test
    void t78_firstHopTimedOut_theChannelGetsNoFurtherCircuit() throws Exception {
        Circuit first = TestEnvironment.get(build().circuit());
        mute = true;
        CircuitFactory.Attempt second = build();
        awaitUnanswered();
        second.cancel(new CircuitException(CircuitException.Kind.TIMEOUT, "test"));
        assertThat(first.channel().isRetired()).isTrue();
        assertThat(second.isLinkSuspect()).isTrue();
        mute = false;

        Circuit third = TestEnvironment.get(build().circuit());
        assertThat(third.channel()).isNotSameAs(first.channel());
        assertThat(first.isOpen()).isTrue();
        first.close();
        TestEnvironment.get(first.channel().closed());
        assertThat(Iterables.getOnlyElement(channels.channels())).isSameAs(third.channel());
    }

    @Test
    void firstHopGivenUpForAnotherCause_theChannelStays() throws Exception {
        Circuit first = TestEnvironment.get(build().circuit());
        mute = true;
        CircuitFactory.Attempt second = build();
        awaitUnanswered();
        second.cancel(new CircuitException(CircuitException.Kind.CLOSED, "test"));
        assertThat(first.channel().isRetired()).isFalse();
        assertThat(second.isLinkSuspect()).isFalse();
    }
}
