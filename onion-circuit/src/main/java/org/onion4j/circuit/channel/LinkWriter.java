package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.onion4j.circuit.runtime.Activity;

/**
 * Sends the cells that are queued, as many of them in one TLS record as fit, until the queue is closed and empty; then
 * says goodbye to the peer.
 *
 * <p>Threading: {@link #run} is what the channel's writer thread does; any thread may ask for {@link #lastWriteNanos}.
 */
final class LinkWriter implements Runnable {
    /** Whole cells that fill a TLS record. */
    private static final int BUFFER_BYTES = (16384 / Channel.CELL_LEN) * Channel.CELL_LEN;

    private final OutgoingQueue queue;
    private final SSLSocket tls;
    private final Ticker ticker;
    private final Activity activity;
    private final Consumer<Throwable> onEnd;
    private volatile long lastWriteNanos;

    /**
     * Prepares to write.
     *
     * @param onEnd gets what went wrong, or null where nothing did; the link is of no use any more
     */
    LinkWriter(OutgoingQueue queue, SSLSocket tls, ChannelEnvironment environment, Consumer<Throwable> onEnd) {
        this.queue = queue;
        this.tls = tls;
        this.ticker = environment.ticker();
        this.activity = environment.activity();
        this.onEnd = onEnd;
        this.lastWriteNanos = ticker.read();
    }

    /** When a cell was last sent, by the ticker, in nanoseconds; at first, when this was made. */
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    @Override
    public void run() {
        Throwable failure = null;
        try {
            writeAll();
            tls.close();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            failure = e;
        } finally {
            onEnd.accept(failure);
        }
    }

    private void writeAll() throws IOException, InterruptedException {
        OutputStream out = tls.getOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int length;
            long before = queue.taken();
            Activity.Span pause = activity.pause(() -> queue.hasNews(before));
            try {
                length = queue.take(buffer, TimeUnit.DAYS.toNanos(1));
            } finally {
                pause.close();
            }
            if (length < 0) {
                return;
            }
            if (length > 0) {
                out.write(buffer, 0, length);
                lastWriteNanos = ticker.read();
            }
            for (Runnable waiting : queue.takeWaitingForRoom()) {
                waiting.run();
            }
        }
    }
}
