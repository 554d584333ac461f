package org.onion4j.testnet.wire;

import java.net.InetSocketAddress;
import org.onion4j.testnet.loop.Loop;

/**
 * What goes wrong below the protocol: asked at each connection of a net. Hosts have names, since on loopback all have one
 * address. Any thread may call, but for {@link #onWire}.
 */
public interface WireFaults {
    /** Nothing goes wrong. */
    WireFaults NONE = new WireFaults() {};

    /** What becomes of an attempt to connect. */
    enum Verdict {
        /** As it would without faults. */
        ALLOW,
        /** The other side says no at once. */
        REFUSE,
        /** Nobody answers: it fails when whoever connects has waited long enough. */
        IGNORE
    }

    /**
     * Tells of an address that a host has.
     *
     * @param listens whether it listens there; otherwise it is its end of a connection that it has made
     */
    default void onAddress(String host, InetSocketAddress address, boolean listens) {}

    /**
     * Tells that the connections of a host have a blocking end there, to which faults can't be applied: its peers are to
     * stand for it.
     */
    default void onBlockingHost(String host) {}

    /** A host is about to connect to an address. */
    default Verdict onConnect(String host, InetSocketAddress to) {
        return Verdict.ALLOW;
    }

    /** A connection of a host has been made, by either side: gives the wire that the host is to get. On the loop. */
    default Wire onWire(String host, Wire wire, Loop loop) {
        return wire;
    }
}
