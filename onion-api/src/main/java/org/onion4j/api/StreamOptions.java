package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How to open one stream or look up one name. Immutable; {@link #DEFAULT} is what calls without options use.
 *
 * <pre>{@code
 * StreamOptions options = StreamOptions.builder().isolation(account).timeout(Duration.ofSeconds(30)).build();
 * }</pre>
 */
public final class StreamOptions {
    /** No isolation, the client's timeout, either kind of address. */
    public static final StreamOptions DEFAULT = builder().build();

    private static final CharMatcher LETTER = CharMatcher.inRange('A', 'Z');

    /** When the first bytes may be sent. */
    public enum EarlyData {
        /** When the far end has connected: {@link OnionClient#openStream} returns then, or fails. */
        AFTER_CONNECT,
        /**
         * At once, which saves a round trip where this side speaks first: {@link OnionClient#openStream} returns as soon as
         * a circuit is found, and a failure to connect shows in the first read.
         */
        OPTIMISTIC
    }

    private final Optional<IsolationToken> isolation;
    private final Optional<String> exitCountry;
    private final Optional<Duration> timeout;
    private final IpVersions ipVersions;
    private final EarlyData earlyData;

    private StreamOptions(Builder builder) {
        this.isolation = Optional.ofNullable(builder.isolation);
        this.exitCountry = Optional.ofNullable(builder.exitCountry);
        this.timeout = Optional.ofNullable(builder.timeout);
        this.ipVersions = builder.ipVersions;
        this.earlyData = builder.earlyData;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The streams this one may share a circuit with. */
    public Optional<IsolationToken> isolation() {
        return isolation;
    }

    /** The country of the exit, as two upper-case letters. */
    public Optional<String> exitCountry() {
        return exitCountry;
    }

    /** How long opening may take; the client's own time if it is absent. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    public IpVersions ipVersions() {
        return ipVersions;
    }

    public EarlyData earlyData() {
        return earlyData;
    }

    /** Without the isolation token's content. */
    @Override
    public String toString() {
        return "StreamOptions[" + ipVersions + ", " + earlyData + ", timeout=" + timeout + ", isolation=" + isolation
                + ", exitCountry=" + exitCountry + "]";
    }

    /** Collects options. Not for more than one thread. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester") // its annotation would be part of what we export
    public static final class Builder {
        private IsolationToken isolation;
        private String exitCountry;
        private Duration timeout;
        private IpVersions ipVersions = IpVersions.PREFER_IPV4;
        private EarlyData earlyData = EarlyData.AFTER_CONNECT;

        private Builder() {}

        /** Shares a circuit with streams of an equal token alone. */
        public Builder isolation(IsolationToken token) {
            this.isolation = token;
            return this;
        }

        /**
         * Leaves the network in a country. Not in this release: opening a stream fails with
         * {@link UnsupportedFeatureException}.
         *
         * @param code two letters of ISO 3166, in either case
         * @throws IllegalArgumentException if it is something else
         */
        public Builder exitCountry(String code) {
            String upper = Ascii.toUpperCase(code);
            checkArgument(upper.length() == 2 && LETTER.matchesAllOf(upper), "not a country code");
            this.exitCountry = upper;
            return this;
        }

        /**
         * How long opening may take, with whatever has to happen before, joining the network included.
         *
         * @throws IllegalArgumentException if it is zero, negative, or longer than 365 days
         */
        public Builder timeout(Duration timeout) {
            this.timeout = Timeouts.check(timeout);
            return this;
        }

        /** Which kinds of address will do. Default: both, IPv4 first. */
        public Builder ipVersions(IpVersions versions) {
            this.ipVersions = Objects.requireNonNull(versions, "versions");
            return this;
        }

        /** When the first bytes may be sent. Default: {@link EarlyData#AFTER_CONNECT}. */
        public Builder earlyData(EarlyData earlyData) {
            this.earlyData = Objects.requireNonNull(earlyData, "earlyData");
            return this;
        }

        public StreamOptions build() {
            return new StreamOptions(this);
        }
    }
}
