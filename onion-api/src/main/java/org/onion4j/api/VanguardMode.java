package org.onion4j.api;

/**
 * How a client and the onion services that it hosts are kept from being found through the relays of their circuits. Whoever
 * makes a client or a service build many circuits will at last be asked to be one of their relays, and then sees the relay
 * before: vanguards let that happen late, by taking certain hops from few relays that are kept for long. Streams that leave
 * the network by exits are not concerned. Spec: proposals 292 ("Mesh-based vanguards") and 333 ("Vanguards lite").
 */
public enum VanguardMode {
    /**
     * The second hop is one of 4 relays, each kept for 1 to 12 days and for one run of the program. What C tor does unless
     * told otherwise, so a client does not stand out by it. A consensus that turns them off ({@code vanguards-lite-enabled=0},
     * which C tor obeys) is not followed in that, on purpose: the protection outweighs standing out then.
     */
    LITE,

    /**
     * The second hop is one of 4 relays, each kept for 1 to 45 days, the third one of 8, each kept for 1 to 48 hours; with a
     * state directory they outlive the program. Circuits are longer by a hop, which makes them slower. For services that
     * stay up for months and have somebody to fear; whoever can watch the guard can tell them from others by it.
     */
    FULL
}
