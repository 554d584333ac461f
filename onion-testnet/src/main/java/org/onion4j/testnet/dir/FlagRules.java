package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.ServerDescriptor;

/**
 * By which flags an authority votes about a relay: the rules of the public network without their history, since a network
 * of tests is young: a relay that is up counts as stable. Immutable. Spec: dir-spec, "Assigning flags in a vote".
 *
 * @param guardBandwidth the least bandwidth of a guard, in bytes a second
 */
record FlagRules(long guardBandwidth) {
    /** All flags that votes have an opinion on. */
    static final ImmutableSortedSet<String> KNOWN = ImmutableSortedSet.of(
            "Authority",
            "BadExit",
            "Exit",
            "Fast",
            "Guard",
            "HSDir",
            "MiddleOnly",
            "Running",
            "Stable",
            "StaleDesc",
            "V2Dir",
            "Valid");

    private static final Duration STALE = Duration.ofHours(18);
    private static final long FAST_BANDWIDTH = 4_000;
    private static final long MAX_GUARD_BANDWIDTH = 2_000_000;
    private static final InetAddress SAMPLE = InetAddresses.forString("1.1.1.1");

    /** The rules for a network of these relays: guards have the median bandwidth, or 2 MB a second. */
    static FlagRules of(Collection<ServerDescriptor> relays) {
        List<Integer> bandwidths = new ArrayList<>();
        relays.forEach(relay -> bandwidths.add(relay.bandwidth().observed()));
        long median = bandwidths.isEmpty() ? 0 : ConsensusMaker.lowMedian(bandwidths);
        return new FlagRules(Math.min(MAX_GUARD_BANDWIDTH, median));
    }

    /** The flags of a relay that is up. */
    ImmutableSortedSet<String> flags(ServerDescriptor relay, boolean isAuthority, Instant now) {
        ImmutableSortedSet.Builder<String> flags = ImmutableSortedSet.naturalOrder();
        flags.add("Running", "Valid", "Stable");
        int bandwidth = relay.bandwidth().observed();
        boolean directory = relay.services().tunnelledDirectory();
        if (isAuthority) {
            flags.add("Authority");
        }
        if (isExit(relay)) {
            flags.add("Exit");
        }
        if (bandwidth >= FAST_BANDWIDTH) {
            flags.add("Fast");
        }
        if (directory && bandwidth >= FAST_BANDWIDTH && bandwidth >= guardBandwidth) {
            flags.add("Guard");
        }
        if (relay.services().onionServiceDirectory() && bandwidth >= FAST_BANDWIDTH) {
            flags.add("HSDir");
        }
        if (relay.published().plus(STALE).isBefore(now)) {
            flags.add("StaleDesc");
        }
        if (directory) {
            flags.add("V2Dir");
        }
        return flags.build();
    }

    /** Whether streams to the ports of the web can leave to most addresses. */
    private static boolean isExit(ServerDescriptor relay) {
        ExitPolicy policy = relay.ipv4Policy();
        return policy.allows(SAMPLE, 80)
                && policy.allows(SAMPLE, 443)
                && policy.summary(Inet4Address.class).allows(80)
                && policy.summary(Inet4Address.class).allows(443);
    }
}
