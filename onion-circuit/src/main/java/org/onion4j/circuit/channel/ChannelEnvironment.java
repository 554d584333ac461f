package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.crypto.random.RandomSource;

/**
 * What channels run on.
 *
 * @param connector makes their TCP connections
 * @param clock tells whether certificates are in date
 * @param ticker tells how long a channel has been idle
 * @param scheduler runs deadlines and padding
 * @param threads makes the two threads of each channel
 * @param handshakeTimeout how long a channel may take from the first packet to the peer's NETINFO
 */
public record ChannelEnvironment(
        SocketConnector connector,
        Clock clock,
        Ticker ticker,
        RandomSource random,
        Scheduler scheduler,
        ThreadFactory threads,
        Duration handshakeTimeout) {
    /** The time that C tor gives a relay, too. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);
}
