package org.onion4j.hs.service;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.util.concurrent.Executor;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.supply.InternalCircuits;

/**
 * What onion services run on.
 *
 * @param executor for what computes or blocks
 * @param testing whether it is a testing network, where time periods are short and relays have private addresses
 * @param bugs takes errors of our own
 */
public record ServiceEnvironment(
        InternalCircuits circuits,
        RandomSource random,
        Clock clock,
        Ticker ticker,
        Scheduler scheduler,
        Executor executor,
        Activity activity,
        boolean testing,
        SparingLog bugs) {}
