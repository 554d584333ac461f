package org.onion4j.hs.publish;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.Relay;

/** A directory that is to have the descriptor of one round. Belongs to the publisher's sequence. */
final class Target {
    /** What is done about it. */
    enum State {
        /** Its upload begins when there is room. */
        QUEUED,
        RUNNING,
        TAKEN,
        /** It is tried again later. */
        FAILED,
        /** It is none any more. */
        DROPPED
    }

    private Relay directory;
    private State state = State.QUEUED;
    private Supplier<Bytes> text;
    private Optional<CompletableFuture<?>> upload = Optional.empty();
    private int failures;
    private Optional<Moment> failed = Optional.empty();
    private Duration pause = Duration.ZERO;
    private boolean refused;
    private boolean hurried;

    /** @param text makes the descriptor's text anew each time */
    Target(Relay directory, Supplier<Bytes> text) {
        this.directory = directory;
        this.text = text;
    }

    Relay directory() {
        return directory;
    }

    /** What is known of the directory now. */
    void update(Relay newer) {
        directory = newer;
    }

    State state() {
        return state;
    }

    /** How often it has failed. */
    int failures() {
        return failures;
    }

    /** Whether it has been tried, for better or worse. */
    boolean isTried() {
        return state == State.TAKEN || failures > 0;
    }

    Bytes makeText() {
        return text.get();
    }

    void run(CompletableFuture<?> running) {
        checkState(state == State.QUEUED, "upload begun when %s", state);
        state = State.RUNNING;
        upload = Optional.of(running);
    }

    void take() {
        state = State.TAKEN;
        upload = Optional.empty();
    }

    /** It failed: not before the pause is over is it tried again. Gives the pause, which is none if there was to be none. */
    Duration fail(Moment now, Duration pauseAfter, boolean byRefusing) {
        refused = byRefusing;
        state = State.FAILED;
        upload = Optional.empty();
        failures++;
        failed = Optional.of(now);
        pause = hurried && !byRefusing ? Duration.ZERO : pauseAfter;
        hurried = false;
        return pause;
    }

    /** Whether it failed last because the directory did not want the descriptor. */
    boolean hasRefused() {
        return refused;
    }

    /** Tries it again without any pause, if it has failed, or if what is under way fails. */
    void hurry() {
        pause = Duration.ZERO;
        hurried = state == State.RUNNING;
    }

    /** In how long it is to be tried again; zero if now, empty if it hasn't failed. */
    Optional<Duration> retryIn(Moment now) {
        if (state != State.FAILED) {
            return Optional.empty();
        }
        Duration left = pause.minus(failed.get().until(now));
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
    }

    /** Tries it again, with a newer descriptor. */
    void retry(Supplier<Bytes> newer) {
        checkState(state == State.FAILED, "tried again when %s", state);
        state = State.QUEUED;
        text = newer;
    }

    /** Ends what is under way. */
    void drop() {
        state = State.DROPPED;
        upload.ifPresent(running -> running.cancel(false));
        upload = Optional.empty();
    }
}
