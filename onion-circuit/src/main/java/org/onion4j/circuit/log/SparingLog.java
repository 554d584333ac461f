package org.onion4j.circuit.log;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;

/**
 * Logs one kind of fault that strangers can repeat as often as they like: the first few of an hour, then nothing, and with
 * the first of the next hour how many there were meanwhile. All are logged at DEBUG. T87.
 *
 * <p>Nothing is thrown: who logs that something has failed has to go on, though memory may have run out or the application's
 * log be broken.
 *
 * <p>Threading: any thread.
 */
public final class SparingLog {
    /** How many are logged in an hour. */
    public static final int AN_HOUR = 5;

    private static final Duration HOUR = Duration.ofHours(1);

    private final Logger log;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean begun; // guarded by the lock, as what follows
    private long hourNanos;
    private int inHour;
    private long unsaid;

    /** One for each kind of fault. */
    public SparingLog(Logger log, Ticker ticker) {
        this.log = log;
        this.ticker = ticker;
    }

    /** Logs at INFO, or DEBUG if there has been enough. */
    public void info(String format, Object... arguments) {
        guarded(() -> {
            long more = take();
            if (more < 0) {
                log.debug(format, arguments);
            } else {
                log.info(format + unsaid(more), arguments);
            }
        });
    }

    /** Logs at WARN, or DEBUG if there has been enough. */
    public void warn(String format, Object... arguments) {
        guarded(() -> {
            long more = take();
            if (more < 0) {
                log.debug(format, arguments);
            } else {
                log.warn(format + unsaid(more), arguments);
            }
        });
    }

    /** Logs a bug of ours at ERROR, without what may not be told; or at DEBUG if there has been enough. */
    public void error(String message, Throwable failure) {
        guarded(() -> {
            long more = take();
            log.debug("{}", message, failure);
            if (more >= 0) {
                log.error("{}", message + unsaid(more), CauseOutline.of(failure));
            }
        });
    }

    private static String unsaid(long more) {
        return more == 0 ? "" : " (and " + more + " times before, unsaid)";
    }

    private static void guarded(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | Error e) {
            // there is nobody left to tell
        }
    }

    /** @return -1 if there has been enough, else how many were not said before */
    private long take() {
        lock.lock();
        try {
            long now = ticker.read();
            if (!begun || now - hourNanos >= HOUR.toNanos()) {
                begun = true;
                hourNanos = now;
                inHour = 0;
            }
            if (inHour >= AN_HOUR) {
                unsaid++;
                return -1;
            }
            inHour++;
            long before = unsaid;
            unsaid = 0;
            return before;
        } finally {
            lock.unlock();
        }
    }
}
