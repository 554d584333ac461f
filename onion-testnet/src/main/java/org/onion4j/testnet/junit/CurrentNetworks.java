package org.onion4j.testnet.junit;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.onion4j.testnet.TestNetwork;

/**
 * The networks of what runs at the moment. Classes and tests enter and leave one within the other on each thread; other
 * threads may ask. Any thread.
 */
final class CurrentNetworks {
    /** What runs on a thread, and what it runs within, null for nothing. */
    private record Entered(TestNetwork network, Entered within) {}

    private final Map<Thread, Entered> threads = new ConcurrentHashMap<>();
    private final Map<String, TestNetwork> all = new ConcurrentHashMap<>(); // by the IDs of those who entered

    /** Begins on the calling thread. */
    void enter(String id, TestNetwork network) {
        all.put(id, network);
        threads.put(Thread.currentThread(), new Entered(network, threads.get(Thread.currentThread())));
    }

    /** Ends what was begun last on the calling thread, if that was this. */
    void leave(String id) {
        if (all.remove(id) != null) {
            threads.computeIfPresent(Thread.currentThread(), (thread, entered) -> entered.within());
        }
    }

    TestNetwork network() {
        Entered entered = threads.get(Thread.currentThread());
        if (entered != null) {
            return entered.network();
        }
        Set<TestNetwork> known = ImmutableSet.copyOf(all.values());
        checkState(!known.isEmpty(), "there is a network only while tests run");
        checkState(known.size() == 1, "several tests run, none of them on this thread: let them have parameters");
        return known.iterator().next();
    }
}
