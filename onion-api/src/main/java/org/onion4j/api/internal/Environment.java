package org.onion4j.api.internal;

import com.google.common.base.Ticker;
import java.time.Clock;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.SchedulerSource;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.directory.state.FileOperations;

/**
 * What a client runs on, for tests to replace.
 *
 * @param clock the wall clock
 * @param ticker a clock that only goes forward, in nanoseconds
 * @param random where keys and choices come from
 * @param connector makes the connections to relays
 * @param files the state directory's disk
 * @param schedulers makes what runs its tasks by that time
 * @param activity is told what its threads do
 */
public record Environment(
        Clock clock,
        Ticker ticker,
        RandomSource random,
        SocketConnector connector,
        FileOperations files,
        SchedulerSource schedulers,
        Activity activity) {
    /** The real ones. */
    public static Environment system() {
        return new Environment(
                Clock.systemUTC(),
                Ticker.systemTicker(),
                new SystemRandom(),
                new DirectConnector(),
                FileOperations.system(),
                ThreadScheduler::new,
                Activity.NONE);
    }
}
