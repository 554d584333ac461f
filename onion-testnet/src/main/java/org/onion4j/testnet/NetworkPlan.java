package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.net.Inet6Address;
import java.time.Instant;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.PortPolicy;

/**
 * What is to be built. Relays have numbers: the authorities first, then those that are no exits, then the exits.
 *
 * @param nicknames of all relays, by their numbers
 * @param families sets of nicknames
 * @param exitPolicies by nickname; exits that are not in it let everything pass
 * @param parameters of the consensus
 * @param reach what exits connect to
 */
record NetworkPlan(
        int authorities,
        int exits,
        ImmutableList<String> nicknames,
        ImmutableList<ImmutableSet<String>> families,
        ImmutableMap<String, ExitPolicy> exitPolicies,
        ImmutableMap<String, Integer> parameters,
        Reach reach,
        long seed,
        Place place,
        Pace pace,
        Instant start) {
    /** Where relays listen. */
    enum Place {
        MEMORY,
        LOOPBACK
    }

    /** How time goes. */
    enum Pace {
        RUNNING,
        STANDING
    }

    /** Which kinds of address destinations have. */
    enum Reach {
        IPV4,
        BOTH
    }

    int all() {
        return nicknames.size();
    }

    private boolean isExit(int i) {
        return i >= all() - exits;
    }

    /** The roles of the i-th relay. */
    ImmutableSet<RelayRole> roles(int i) {
        if (i < authorities) {
            return ImmutableSet.of(RelayRole.AUTHORITY, RelayRole.MIDDLE, RelayRole.DIRECTORY_CACHE);
        }
        if (!isExit(i)) {
            return ImmutableSet.of(RelayRole.GUARD, RelayRole.MIDDLE, RelayRole.DIRECTORY_CACHE, RelayRole.HSDIR);
        }
        // Weights are only defined where some relay is both guard and exit; exits being few, they make it an exit
        // alone.
        boolean lastOfSeveral = exits > 1 && i == all() - 1;
        ImmutableSet<RelayRole> exit =
                ImmutableSet.of(RelayRole.EXIT, RelayRole.MIDDLE, RelayRole.DIRECTORY_CACHE, RelayRole.HSDIR);
        return lastOfSeveral
                ? ImmutableSet.<RelayRole>builder()
                        .add(RelayRole.GUARD)
                        .addAll(exit)
                        .build()
                : exit;
    }

    /** What the i-th relay connects to. */
    ExitPolicy exitPolicy(int i) {
        return isExit(i) ? exitPolicies.getOrDefault(nicknames.get(i), ExitPolicy.ACCEPT_ALL) : ExitPolicy.REJECT_ALL;
    }

    /** The ports that the i-th relay connects to by IPv6. */
    PortPolicy ipv6Policy(int i) {
        return reach == Reach.BOTH ? exitPolicy(i).summary(Inet6Address.class) : PortPolicy.REJECT_ALL;
    }

    /** The nicknames of those that the i-th relay says are run together with it. */
    ImmutableSet<String> familyOf(int i) {
        ImmutableSet.Builder<String> others = ImmutableSet.builder();
        String own = nicknames.get(i);
        for (ImmutableSet<String> family : families) {
            if (family.contains(own)) {
                family.stream().filter(one -> !one.equals(own)).forEach(others::add);
            }
        }
        return others.build();
    }
}
