package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.PaddingNegotiate;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.random.RandomSource;

/**
 * Sends PADDING cells on a link that has been idle for a random time, so that records of when a client was active are
 * blurred, and keeps a link alive that says nothing otherwise. Spec: padding-spec, "Link-level padding".
 *
 * <p>Threading: {@link #start} once, from any thread; from then on it runs in tasks of the scheduler, one at a time,
 * until its channel is closed.
 */
final class ChannelPadding {
    /** Link protocol that has padding cells the receiver understands as such, and their negotiation. */
    private static final int FIRST_PADDED_VERSION = 5;

    private static final Duration KEEPALIVE = Duration.ofMinutes(5);
    private static final byte[] EMPTY_BODY = new byte[Channel.CELL_LEN - 5];

    private final Channel channel;
    private final Supplier<PaddingParameters> parameters;
    private final RandomSource random;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private long timeoutNanos; // of the current idle time

    ChannelPadding(Channel channel, Supplier<PaddingParameters> parameters, ChannelEnvironment environment) {
        this.channel = channel;
        this.parameters = parameters;
        this.random = environment.random();
        this.ticker = environment.ticker();
        this.scheduler = environment.scheduler();
    }

    void start() {
        if (isPadded() && parameters.get().mode() != PaddingParameters.Mode.NORMAL) {
            byte[] body = new byte[EMPTY_BODY.length];
            PaddingNegotiate.stop().encode(new WireWriter(body, 0, body.length));
            channel.send(0, CellCommand.PADDING_NEGOTIATE, body, 0);
        }
        draw();
        scheduler.schedule(this::check, Duration.ofNanos(timeoutNanos));
    }

    private boolean isPadded() {
        return channel.link().version() >= FIRST_PADDED_VERSION;
    }

    private void check() {
        if (!channel.isOpen()) {
            return;
        }
        long now = ticker.read();
        boolean pads = isPadded() && parameters.get().sends();
        long idle = now - (pads ? channel.lastActiveNanos() : channel.lastWriteNanos());
        if (idle >= timeoutNanos) {
            channel.send(0, CellCommand.PADDING, EMPTY_BODY, 0);
            draw();
            idle = 0;
        }
        scheduler.schedule(this::check, Duration.ofNanos(Math.max(1, timeoutNanos - idle)));
    }

    /** The larger of two uniform times, which hides the real traffic best. */
    private void draw() {
        PaddingParameters current = parameters.get();
        if (!isPadded() || !current.sends()) {
            timeoutNanos = KEEPALIVE.toNanos();
            return;
        }
        timeoutNanos = Math.max(uniform(current), uniform(current));
    }

    private long uniform(PaddingParameters current) {
        long low = TimeUnit.MILLISECONDS.toNanos(current.lowMillis());
        long high = TimeUnit.MILLISECONDS.toNanos(current.highMillis());
        return Math.max(TimeUnit.MILLISECONDS.toNanos(1), low + random.nextLong(high - low + 1));
    }
}
