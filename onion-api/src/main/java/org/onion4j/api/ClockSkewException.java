package org.onion4j.api;

import java.time.Duration;

/**
 * This machine's clock is wrong, so that nothing the network says can be trusted. Set the clock. Until that is done each
 * request fails with this at once; then the client goes on by itself.
 */
public final class ClockSkewException extends BootstrapException {
    private static final long serialVersionUID = 1L;

    private final Duration skew;

    /** For the library itself. */
    public ClockSkewException(BootstrapPhase phase, Duration skew, String message, Throwable cause) {
        super(phase, message, cause);
        this.skew = skew;
    }

    /**
     * By how much this machine's clock seems to be ahead of the network's; negative if it is behind. It may be off by more:
     * where no relay could be asked for the time, this is what certificates that are out of their time show at least, and
     * the message says so.
     */
    public Duration skew() {
        return skew;
    }

    @Override
    OnionException again() {
        return new ClockSkewException(phase(), skew, getMessage(), this);
    }
}
