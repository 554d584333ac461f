package org.onion4j.crypto.testing;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/** A wall clock that asks the test for the time whenever it is read. In UTC. */
public final class AskedClock extends Clock {
    private final Supplier<Instant> time;

    public AskedClock(Supplier<Instant> time) {
        this.time = time;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("nothing that is tested needs another zone");
    }

    @Override
    public Instant instant() {
        return time.get();
    }
}
