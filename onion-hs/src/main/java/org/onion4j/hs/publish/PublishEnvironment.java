package org.onion4j.hs.publish;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.util.concurrent.Executor;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.supply.InternalCircuits;

/**
 * What publishing runs on. One for all services of a client: the limit of uploads is in common.
 *
 * @param executor for what computes or blocks
 * @param testing whether it is a testing network, where time periods are short
 * @param bugs takes errors of our own
 * @param uploads bounds how many requests wait at a time
 */
public record PublishEnvironment(
        InternalCircuits circuits,
        RandomSource random,
        Clock clock,
        Ticker ticker,
        Scheduler scheduler,
        Executor executor,
        Activity activity,
        boolean testing,
        SparingLog bugs,
        UploadLimit uploads) {
    /** With a limit of its own. */
    public PublishEnvironment(
            InternalCircuits circuits,
            RandomSource random,
            Clock clock,
            Ticker ticker,
            Scheduler scheduler,
            Executor executor,
            Activity activity,
            boolean testing,
            SparingLog bugs) {
        this(circuits, random, clock, ticker, scheduler, executor, activity, testing, bugs, new UploadLimit());
    }
}
