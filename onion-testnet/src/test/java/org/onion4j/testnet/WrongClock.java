package org.onion4j.testnet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/** A network's clock and an error. Any thread. */
final class WrongClock extends Clock {
    /** How the clocks of whoever has this one move. */
    enum Movement {
        /** Time goes on by 8 hours at once, wall clock and monotonic clock together: a sleep that both have counted. */
        LEAP,
        /** The wall clock alone goes forward by 8 hours, and is right again later. */
        WALL_FORWARD,
        /** The wall clock alone goes back by 2 hours, and is right again later. */
        WALL_BACK
    }

    private final Clock right;
    private final AtomicReference<Duration> error = new AtomicReference<>(Duration.ZERO);

    /** One that is right, so far. */
    WrongClock(TestNetwork network) {
        this.right = network.time().clock();
    }

    /** It is that much ahead from now on; behind, if it is negative. */
    void set(Duration ahead) {
        error.set(ahead);
    }

    void move(Movement movement, TestNetwork network) {
        switch (movement) {
            case LEAP -> network.parts().networkTime().advance(Duration.ofHours(8));
            case WALL_FORWARD -> set(Duration.ofHours(8));
            case WALL_BACK -> set(Duration.ofHours(-2));
        }
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
        return right.instant().plus(error.get());
    }
}
