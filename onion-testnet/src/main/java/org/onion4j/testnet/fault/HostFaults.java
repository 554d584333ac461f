package org.onion4j.testnet.fault;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * What is wrong with the connections of one host at the moment. On the host's loop, but for the check of addresses.
 */
public final class HostFaults {
    private final Set<FaultyWire> wires = new HashSet<>();
    private final Set<InetSocketAddress> unreachable = new HashSet<>();
    private boolean frozen;
    private long delayNanos;
    private long bytesPerSecond; // 0: no limit

    /** Whether the host has stopped doing anything, while its connections stay open. */
    public boolean isFrozen() {
        return frozen;
    }

    /** Stops the host, as if its process were suspended. */
    public void freeze() {
        frozen = true;
        wires.forEach(FaultyWire::onFrozen);
    }

    /** Lets it go on where it was. */
    public void thaw() {
        frozen = false;
        Set.copyOf(wires).forEach(FaultyWire::onThawed);
    }

    /** Holds up whatever arrives for so long; zero for not at all. */
    public void delay(Duration delay) {
        checkArgument(!delay.isNegative(), "a delay of %s", delay);
        delayNanos = delay.toNanos();
    }

    long delayNanos() {
        return delayNanos;
    }

    /** Lets so much arrive on each connection in a second; 0 for any amount. */
    public void limitBandwidth(long bytesASecond) {
        checkArgument(bytesASecond >= 0, "a bandwidth of %s bytes/s", bytesASecond);
        bytesPerSecond = bytesASecond;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Breaks connections with another relay, by the address where that listens, and lets none be made. */
    public void cutOff(InetSocketAddress other) {
        unreachable.add(other);
        Set.copyOf(wires).stream().filter(wire -> wire.leadsTo(other)).forEach(FaultyWire::breakOff);
    }

    /** Takes {@link #cutOff} back. */
    public void reconnect(InetSocketAddress other) {
        unreachable.remove(other);
    }

    boolean isCutOff(InetSocketAddress other) {
        return unreachable.contains(other);
    }

    /** Ends everything that is wrong. */
    public void heal() {
        delayNanos = 0;
        bytesPerSecond = 0;
        unreachable.clear();
        if (frozen) {
            thaw();
        }
    }

    void add(FaultyWire wire) {
        wires.add(wire);
    }

    void remove(FaultyWire wire) {
        wires.remove(wire);
    }
}
