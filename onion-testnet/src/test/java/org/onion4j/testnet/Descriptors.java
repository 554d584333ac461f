package org.onion4j.testnet;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.common.collect.Multiset;

/** What the directories of a network do with the descriptors of onion services, for tests in other packages. */
public final class Descriptors {
    private Descriptors() {}

    /** Counts descriptors that are taken from now on, by the nickname of the directory. */
    public static Multiset<String> countTaken(TestNetwork network) {
        Multiset<String> taken = ConcurrentHashMultiset.create();
        network.relays().forEach(relay -> relay.onions().watch((key, revision) -> taken.add(relay.nickname())));
        return taken;
    }
}
