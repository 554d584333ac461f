package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.guard.VirtualTime;

/** T78: which links count as dead, and when, in virtual time. */
class LinkWatchTest {
    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final List<Link> quiet = new ArrayList<>();
    private boolean any;
    private final LinkWatch watch = new LinkWatch(time, new LinkWatch.Quiet() {
        @Override
        public boolean any() {
            return any;
        }

        @Override
        public List<Link> links() {
            return quiet;
        }
    });

    private final class Link implements LinkWatch.Link {
        boolean alive = true;
        boolean open = true;
        int asked;
        int ended;
        private long heard = time.ticks();

        void hear() {
            heard = time.ticks();
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public Duration unheardFor() {
            return open ? Duration.ofNanos(time.ticks() - heard) : Duration.ZERO;
        }

        @Override
        public LinkWatch.Probe ask() {
            asked++;
            if (alive) {
                time.schedule(this::hear, Duration.ofMillis(500));
            }
            return () -> ended++;
        }

        @Override
        public void giveUp() {
            open = false;
        }
    }

    private final Link link = new Link();

    private void seconds(long seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void t78_expect_answeredInTime_asksNothing() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        watch.expect(link, answer);
        seconds(3);
        answer.complete(null);
        seconds(60);

        assertThat(link.asked).isZero();
        assertThat(time.timers()).isZero();
    }

    @Test
    void t78_expect_deadLink_isGivenUpWithinFifteenSeconds() {
        link.alive = false;
        watch.expect(link, new CompletableFuture<>());
        seconds(13);
        assertThat(link.open).isTrue();
        seconds(2);

        assertThat(link.open).isFalse();
        assertThat(link.asked).isEqualTo(1);
        seconds(60);
        assertThat(time.timers()).isZero();
    }

    @Test
    void t78_expect_linkThatDiesLater_isFoundDeadAsLongAsTheAnswerIsMissing() {
        watch.expect(link, new CompletableFuture<>());
        for (int i = 0; i < 30; i++) {
            link.hear();
            seconds(1);
        }
        assertThat(link.asked).isZero();
        link.alive = false;
        seconds(15);

        assertThat(link.open).isFalse();
    }

    @Test
    void t78_expect_slowExitOverALinkThatLives_isNotTheLinksFault() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        watch.expect(link, answer);
        seconds(58);

        assertThat(link.open).isTrue();
        assertThat(link.asked).isBetween(1, 5);
        assertThat(link.ended).isEqualTo(link.asked);
        answer.complete(null);
        seconds(20);
        assertThat(time.timers()).isZero();
    }

    @Test
    void t78_manyExpectations_askOnce() {
        link.alive = false;
        for (int i = 0; i < 100; i++) {
            watch.expect(link, new CompletableFuture<>());
        }
        seconds(15);

        assertThat(link.asked).isEqualTo(1);
        assertThat(link.open).isFalse();
    }

    @Test
    void t78_quietLink_isAskedAndGivenUpIfItIsDead() {
        any = true;
        link.alive = false;
        watch.watch();
        watch.watch();
        seconds(20);
        assertThat(link.asked).isZero();
        quiet.add(link);
        seconds(10);
        quiet.clear();
        seconds(10);

        assertThat(link.asked).isEqualTo(1);
        assertThat(link.open).isFalse();
    }

    @Test
    void t78_tendedLink_thatIsSilentButLives_isAskedOnceAMinuteAndKept() {
        any = true;
        watch.tend(link, new CompletableFuture<>());
        seconds(3600);

        assertThat(link.asked).isBetween(45, 60);
        assertThat(link.open).isTrue();
    }

    @Test
    void t78_tendedLink_thatIsHeardOf_isNotAsked() {
        any = true;
        watch.tend(link, new CompletableFuture<>());
        for (int i = 0; i < 20; i++) {
            link.hear();
            seconds(50);
        }

        assertThat(link.asked).isZero();
    }

    @Test
    void t78_tendedLink_thatIsDead_isGivenUpWithinEightySeconds() {
        any = true;
        link.alive = false;
        watch.tend(link, new CompletableFuture<>());
        seconds(80);

        assertThat(link.open).isFalse();
        assertThat(link.asked).isEqualTo(1);
    }

    @Test
    void t78_link_isTendedAsLongAsAnyoneWantsIt() {
        any = true;
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        watch.tend(link, first);
        watch.tend(link, second);
        first.complete(null);
        seconds(80);
        assertThat(link.asked).isEqualTo(1);
        second.complete(null);
        seconds(3600);

        assertThat(link.asked).isEqualTo(1);
    }

    @Test
    void noLinkLeft_nothingIsScheduledAnyMore() {
        any = true;
        watch.watch();
        seconds(60);
        assertThat(time.timers()).isEqualTo(1);
        any = false;
        seconds(20);

        assertThat(time.timers()).isZero();
    }
}
