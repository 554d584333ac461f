package org.onion4j.directory.fetch;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.util.concurrent.Executor;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.ClientProtocols;

/**
 * What a {@link DirectoryManager} runs on.
 *
 * @param network whose authorities are trusted, and whose fallbacks are asked first
 * @param state where documents are kept between runs; stays its owner's
 * @param connector opens streams to directories
 * @param caches chooses whom to ask once there is a consensus
 * @param workers runs requests, which block, up to five at a time; may refuse once the client closes
 * @param scheduler wakes the manager
 * @param clock wall time, which documents are compared with
 * @param ticker monotonic time, which retries are timed by
 * @param random where jitter and choices come from
 * @param protocols what the client speaks
 */
public record DirectoryEnvironment(
        NetworkDescription network,
        StateStore state,
        DirectoryConnector connector,
        CacheSelector caches,
        Executor workers,
        Scheduler scheduler,
        Clock clock,
        Ticker ticker,
        RandomSource random,
        ClientProtocols protocols) {}
