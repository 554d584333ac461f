package org.onion4j.testnet.relay;

import com.google.common.base.Ticker;
import java.util.concurrent.TimeUnit;

/** How many introductions a service takes: a bucket of tokens. Spec: rend-spec-v3, "DoS defense extension". */
final class IntroductionRate {
    private static final long MAX = Integer.MAX_VALUE;
    private static final IntroductionRate UNLIMITED = new IntroductionRate(0, 0, Ticker.systemTicker());

    private final long perSecond; // 0: no limit
    private final long burst;
    private final Ticker ticker;
    private long tokens;
    private long filledAtSeconds;

    private IntroductionRate(long perSecond, long burst, Ticker ticker) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.ticker = ticker;
        this.tokens = burst;
        this.filledAtSeconds = seconds();
    }

    static IntroductionRate unlimited() {
        return UNLIMITED;
    }

    /** Without a limit if either is 0, or they make no sense. */
    static IntroductionRate of(long perSecond, long burst, Ticker ticker) {
        boolean sensible = perSecond > 0 && burst >= perSecond && burst <= MAX;
        return sensible ? new IntroductionRate(perSecond, burst, ticker) : UNLIMITED;
    }

    private long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(ticker.read());
    }

    /** Whether one more may pass. The last token stays in the bucket, as C tor keeps it. */
    boolean take() {
        if (perSecond == 0) {
            return true;
        }
        long now = seconds();
        tokens = Math.min(burst, tokens + (now - filledAtSeconds) * perSecond);
        filledAtSeconds = now;
        if (tokens > 0) {
            tokens--;
        }
        return tokens > 0;
    }
}
