package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.crypto.random.RandomSource;
import org.slf4j.LoggerFactory;

/**
 * What channels run on.
 *
 * @param connector makes their TCP connections
 * @param clock tells whether certificates are in date
 * @param ticker tells how long a channel has been idle
 * @param scheduler runs deadlines and padding
 * @param threads makes the two threads of each channel
 * @param handshakeTimeout how long a channel may take from the first packet to the peer's NETINFO
 * @param activity is told what the threads do
 * @param memory what the buffers of all channels and their streams may hold together
 * @param bugs is told of failures of ours in channels and circuits
 */
public record ChannelEnvironment(
        SocketConnector connector,
        Clock clock,
        Ticker ticker,
        RandomSource random,
        Scheduler scheduler,
        ThreadFactory threads,
        Duration handshakeTimeout,
        Activity activity,
        MemoryQuota memory,
        SparingLog bugs) {
    /** The time that C tor gives a relay, too. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

    /** With a log of its own. */
    public ChannelEnvironment(
            SocketConnector connector,
            Clock clock,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler,
            ThreadFactory threads,
            Duration handshakeTimeout,
            Activity activity,
            MemoryQuota memory) {
        this(
                connector,
                clock,
                ticker,
                random,
                scheduler,
                threads,
                handshakeTimeout,
                activity,
                memory,
                new SparingLog(LoggerFactory.getLogger(ChannelEnvironment.class), ticker));
    }

    /** With the quota that suits most applications: {@link MemoryQuota#ofHeap}. */
    public ChannelEnvironment(
            SocketConnector connector,
            Clock clock,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler,
            ThreadFactory threads,
            Duration handshakeTimeout,
            Activity activity) {
        this(
                connector,
                clock,
                ticker,
                random,
                scheduler,
                threads,
                handshakeTimeout,
                activity,
                MemoryQuota.ofHeap(ticker, scheduler));
    }

    /** With that quota, and activity that nobody watches. */
    public ChannelEnvironment(
            SocketConnector connector,
            Clock clock,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler,
            ThreadFactory threads,
            Duration handshakeTimeout) {
        this(connector, clock, ticker, random, scheduler, threads, handshakeTimeout, Activity.NONE);
    }

    /** A thread that counts as at work until its task is over, but for its pauses. */
    Thread newThread(Runnable task) {
        Activity.Span work = activity.begin();
        return threads.newThread(() -> {
            try {
                task.run();
            } finally {
                work.close();
            }
        });
    }
}
