package org.onion4j.testnet.privacy;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Optional;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;

/**
 * What only the test knows.
 *
 * @param owners who asks for a host or an address, in words: streams of two owners are never to be together
 * @param clients where each owner is
 * @param guards relays that may be first, by the consensus
 * @param exits relays whose policy lets streams out, by the consensus
 * @param relays where each one is
 * @param maxGuards how many first hops a client may have had
 */
record Truth(
        ImmutableMap<String, String> owners,
        ImmutableMap<String, InetAddress> clients,
        ImmutableSet<String> guards,
        ImmutableSet<String> exits,
        ImmutableMap<String, InetAddress> relays,
        int maxGuards) {

    /** Reads the consensus, rather than ask relays what they are. */
    static Truth of(
            TestNetwork network,
            ImmutableMap<String, String> owners,
            ImmutableMap<String, InetAddress> clients,
            String consensus,
            int maxGuards) {
        ImmutableSet.Builder<String> guards = ImmutableSet.builder();
        ImmutableSet.Builder<String> exits = ImmutableSet.builder();
        String nickname = "";
        for (String line : consensus.split("\n", -1)) {
            if (line.startsWith("r ")) {
                nickname = line.split(" ", -1)[1];
            } else if (line.startsWith("s ")) {
                if ((line + " ").contains(" Guard ")) {
                    guards.add(nickname);
                }
                if ((line + " ").contains(" Exit ")) {
                    exits.add(nickname);
                }
            }
        }
        ImmutableMap.Builder<String, InetAddress> relays = ImmutableMap.builder();
        for (TestRelay relay : network.relays()) {
            relays.put(relay.nickname(), relay.address().getAddress());
        }
        return new Truth(owners, clients, guards.build(), exits.build(), relays.build(), maxGuards);
    }

    Optional<String> ownerOf(String host) {
        return Optional.ofNullable(owners.get(host));
    }

    Optional<String> ownerOf(InetAddress address) {
        return ownerOf(InetAddresses.toAddrString(address));
    }

    boolean isClient(InetAddress address) {
        return clients.containsValue(address);
    }

    /** The /16 that a relay is in. */
    int subnet(String relay) {
        return InetAddresses.coerceToInteger(relays.get(relay)) >>> 16;
    }
}
