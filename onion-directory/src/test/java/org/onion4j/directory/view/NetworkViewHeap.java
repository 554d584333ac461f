package org.onion4j.directory.view;

import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.RealConsensus;

/**
 * Measures how much heap a view of the public network holds: prints the bytes by which the heap has grown once nothing
 * else is left of what made it. To be run in a JVM of its own, with {@code -XX:+UseSerialGC} and the system property
 * {@code onion4j.shared}; {@code NetworkViewHeapTest} does so.
 */
public final class NetworkViewHeap {
    private static NetworkView view;

    private NetworkViewHeap() {}

    public static void main(String[] args) throws DocumentException {
        long before = used(); // of an empty JVM, so that what the classes themselves take counts too
        view = FullSizeNetwork.of(Consensus.parse(RealConsensus.consensus()), 1);
        long after = used();
        if (view.relays().stream().anyMatch(relay -> !relay.hasMicrodescriptor())) {
            throw new IllegalStateException("a relay without microdescriptor");
        }
        System.out.println("relays=" + view.relays().size() + " heap=" + (after - before));
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
