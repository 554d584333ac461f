package org.onion4j.hs.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.supply.InternalCircuits;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.slf4j.LoggerFactory;

/** What goes wrong once, for want of threads or memory, must not end the publishing of a service for good. */
class PublisherFaultTest {
    private final SeededRandom random = new SeededRandom(9);
    private final Queue<Runnable> given = new ArrayDeque<>();
    private final Queue<Runnable> scheduled = new ArrayDeque<>();
    private boolean exhausted;
    private boolean outOfMemory;
    private int looks;
    private final Publisher publisher = publisher();

    private Publisher publisher() {
        PublishEnvironment environment = new PublishEnvironment(
                new InternalCircuits( // which know no network, and build none
                        null, null, null, () -> Duration.ZERO, random, Ticker.systemTicker(), this::schedule),
                random,
                Clock.systemUTC(),
                Ticker.systemTicker(),
                this::schedule,
                this::execute,
                Activity.NONE,
                true,
                new SparingLog(LoggerFactory.getLogger(PublisherFaultTest.class), Ticker.systemTicker()));
        try (ServiceIdentity identity = ServiceIdentity.generate(random)) {
            return new Publisher(environment, identity, Optional.empty(), new Content(), event -> {});
        }
    }

    private Cancellable schedule(Runnable task, Duration delay) {
        scheduled.add(task);
        return () -> scheduled.remove(task);
    }

    private void execute(Runnable task) {
        if (exhausted) {
            throw new OutOfMemoryError("a fault of the test's: no thread is left");
        }
        given.add(task);
    }

    private final class Content implements PublishedContent {
        @Override
        public ImmutableList<IntroductionPoint> introductionPoints() {
            looks++;
            if (outOfMemory) {
                throw new OutOfMemoryError("a fault of the test's");
            }
            return ImmutableList.of();
        }

        @Override
        public ImmutableList<Bytes> clients() {
            return ImmutableList.of();
        }
    }

    @AfterEach
    void close() {
        publisher.close();
    }

    @Test
    void noThreadForAStep_itComesLater() {
        exhausted = true;
        publisher.contentChanged();
        publisher.viewChanged();
        scheduled.remove().run();
        exhausted = false;
        scheduled.remove().run();
        given.remove().run();
        assertThat(looks).isPositive();
        looks = 0;
        publisher.contentChanged();
        given.remove().run();
        assertThat(looks).isPositive();
    }

    @Test
    void stepThatThrowsAnError_isFollowedByTheNext() {
        outOfMemory = true;
        publisher.contentChanged();
        given.remove().run();
        outOfMemory = false;
        looks = 0;
        assertThat(scheduled).hasSize(1);
        publisher.viewChanged();
        given.remove().run();
        assertThat(looks).isPositive();
    }
}
