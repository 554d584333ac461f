package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.api.OnionException;
import org.onion4j.api.internal.Destination;
import org.onion4j.api.internal.DestinationRules;

/** What the methods of this package ask of their arguments. Any thread. */
final class Checks {
    /** The longest time that a network knows. Twice as much still fits into a number of nanoseconds. */
    static final Duration MAX = Duration.ofDays(36_525);

    private static final long MAX_SHOWN = 0xffff_ffffL; // in 2106

    private static final DestinationRules RULES = new DestinationRules(DestinationRules.InternalAddresses.ALLOWED);

    private Checks() {}

    /** A duration that is not negative and not longer than {@link #MAX}. */
    static Duration duration(Duration value, String what) {
        checkNotNull(value, what);
        checkArgument(!value.isNegative(), "%s: %s is negative", what, value);
        checkArgument(value.compareTo(MAX) <= 0, "%s: %s is more than a hundred years", what, value);
        return value;
    }

    /** The same in nanoseconds. */
    static long nanos(Duration value, String what) {
        return duration(value, what).toNanos();
    }

    /** How wrong a clock may be at a time: what it shows must fit into the 32 bits of NETINFO. */
    static Duration skew(Duration value, Instant now) {
        checkNotNull(value, "skew");
        boolean possible = value.abs().compareTo(MAX.multipliedBy(2)) <= 0;
        long shown = possible ? now.plus(value).getEpochSecond() : -1;
        checkArgument(shown >= 0 && shown <= MAX_SHOWN, "a clock can't be wrong by %s at %s", value, now);
        return value;
    }

    /** Something that clients can ask exits to connect to. */
    static void destination(String host, int port, NetworkPlan.Reach reach) {
        checkNotNull(host, "host");
        Destination asked;
        try {
            asked = RULES.forStream(host, port);
        } catch (OnionException e) {
            throw new IllegalArgumentException("'" + host + "' and port " + port + ": " + e.getMessage(), e);
        }
        checkArgument(!asked.onion().isPresent(), "%s: no exit connects to onion services", host);
        InetAddress address = asked.address().orElse(null);
        if (address != null) {
            checkArgument(!address.isAnyLocalAddress(), "%s is no destination", host);
            checkArgument(
                    address instanceof Inet4Address || reach == NetworkPlan.Reach.BOTH,
                    "%s: exits connect by IPv6 only in a network made with ipv6()",
                    host);
        }
    }
}
