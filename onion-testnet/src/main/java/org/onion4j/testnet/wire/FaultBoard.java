package org.onion4j.testnet.wire;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.loop.NetworkTime;

/**
 * The faults of a network below the protocol, switched on and off by the names of hosts while it runs: hosts that freeze,
 * delay, limit their bandwidth, refuse connections, lose all of them, or can't reach each other. It also records all
 * attempts to connect. What it draws at random follows from a seed.
 *
 * <p>Threading: any thread. State is guarded by {@code lock}, under which no wire is called.
 */
public final class FaultBoard implements WireFaults {
    private static final int MAX_ATTEMPTS = 10_000;
    private static final int MAX_PASSING_ADDRESSES = 8192;

    private final NetworkTime time;
    private final long seed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, HostFaults> hosts = new HashMap<>();
    private final Set<Pair> partitions = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final Map<InetSocketAddress, String> listening = new HashMap<>();
    private final Map<InetAddress, Set<String>> byAddress = new HashMap<>();
    private final Map<InetSocketAddress, String> passing = new LinkedHashMap<>();
    private final Set<FaultyWire> wires = new HashSet<>();
    private final ArrayDeque<WireAttempt> attempts = new ArrayDeque<>();
    private ImmutableSet<String> side = ImmutableSet.of(); // of a split; empty if there is none
    private final Map<Pair, Integer> wiresMade = new HashMap<>(); // by who made them and who is at the other end
    private volatile boolean calm = true; // no fault acts on any connection: what every byte asks first

    public FaultBoard(NetworkTime time, long seed) {
        this.time = time;
        this.seed = seed;
    }

    private static final class HostFaults {
        private boolean blocking;
        private boolean frozen;
        private boolean refuses;
        private long delayNanos;
        private long jitterNanos;
        private Limiter incoming;
        private Limiter outgoing;

        boolean isCalm() {
            return !frozen && delayNanos == 0 && jitterNanos == 0 && incoming == null && outgoing == null;
        }
    }

    private record Pair(String a, String b) {
        static Pair of(String one, String other) {
            return one.compareTo(other) <= 0 ? new Pair(one, other) : new Pair(other, one);
        }
    }

    // Faults.

    /** Nothing moves to or from the host any more, and nothing is closed. Attempts to connect are not answered. */
    public void freeze(String host) {
        change(() -> of(host).frozen = true);
    }

    /** Takes {@link #freeze} back: what was held up goes on. */
    public void thaw(String host) {
        change(() -> of(host).frozen = false);
    }

    /** Whatever goes to or from the host takes this long, and up to {@code jitter} longer; zero for no delay. */
    public void delay(String host, Duration least, Duration jitter) {
        change(() -> {
            of(host).delayNanos = least.toNanos();
            of(host).jitterNanos = jitter.toNanos();
        });
    }

    /** The host gets and sends no more than so many bytes a second, each way; 0 for as many as there are. */
    public void limit(String host, long bytesPerSecond) {
        checkArgument(bytesPerSecond >= 0, "a negative bandwidth");
        change(() -> {
            of(host).incoming = bytesPerSecond == 0 ? null : new Limiter(bytesPerSecond);
            of(host).outgoing = bytesPerSecond == 0 ? null : new Limiter(bytesPerSecond);
        });
    }

    /** Nothing moves between two hosts, and neither answers the other's attempts to connect. */
    public void partition(String one, String other) {
        change(() -> partitions.add(Pair.of(one, other)));
    }

    /** Takes {@link #partition} back. */
    public void heal(String one, String other) {
        change(() -> partitions.remove(Pair.of(one, other)));
    }

    /**
     * Nothing moves between these hosts and all others that have addresses here, now or later. Instead of an earlier split.
     */
    public void split(Collection<String> oneSide) {
        change(() -> side = ImmutableSet.copyOf(oneSide));
    }

    /** Takes {@link #split} and all of {@link #partition} back. */
    public void healAll() {
        change(() -> {
            side = ImmutableSet.of();
            partitions.clear();
        });
    }

    /** Whether nothing moves between two hosts because of a split or a partition. */
    public boolean areApart(String one, String other) {
        lock.lock();
        try {
            boolean split = names.contains(one) && names.contains(other) && side.contains(one) != side.contains(other);
            return split || partitions.contains(Pair.of(one, other));
        } finally {
            lock.unlock();
        }
    }

    /** The host refuses connections, and can make none. Those it has go on. */
    public void refuse(String host) {
        change(() -> of(host).refuses = true);
    }

    /** Takes {@link #refuse} back. */
    public void admit(String host) {
        change(() -> of(host).refuses = false);
    }

    /** Ends all connections of the host abruptly. */
    public void reset(String host) {
        resetIf(wire -> wire.localHost().equals(host) || wire.remoteHost().equals(host));
    }

    /** Ends all connections between two hosts abruptly. */
    public void reset(String one, String other) {
        Pair pair = Pair.of(one, other);
        resetIf(wire -> Pair.of(wire.localHost(), wire.remoteHost()).equals(pair));
    }

    private void resetIf(Predicate<FaultyWire> condition) {
        allWires().stream().filter(condition).forEach(FaultyWire::breakDown);
    }

    private void change(Runnable task) {
        lock.lock();
        try {
            task.run();
            calm = partitions.isEmpty()
                    && side.isEmpty()
                    && hosts.values().stream().allMatch(HostFaults::isCalm);
        } finally {
            lock.unlock();
        }
        allWires().forEach(FaultyWire::conditionsChanged);
    }

    private List<FaultyWire> allWires() {
        lock.lock();
        try {
            return new ArrayList<>(wires);
        } finally {
            lock.unlock();
        }
    }

    private HostFaults of(String host) {
        return hosts.computeIfAbsent(host, name -> new HostFaults());
    }

    // What it has seen.

    /** The latest attempts to connect, up to 10000, the oldest first. */
    public ImmutableList<WireAttempt> attempts() {
        lock.lock();
        try {
            return ImmutableList.copyOf(attempts);
        } finally {
            lock.unlock();
        }
    }

    /** The name of the host at an address; the address as text if none is known there. */
    public String hostAt(InetSocketAddress address) {
        lock.lock();
        try {
            String host = listening.get(address);
            if (host == null) {
                host = passing.get(address);
            }
            Set<String> there = byAddress.get(address.getAddress());
            if (host == null && there != null && there.size() == 1) {
                host = there.iterator().next();
            }
            return host == null ? address.toString() : host;
        } finally {
            lock.unlock();
        }
    }

    // What nets ask.

    @Override
    public void onAddress(String host, InetSocketAddress address, boolean listens) {
        lock.lock();
        try {
            Set<String> there = byAddress.computeIfAbsent(address.getAddress(), a -> new HashSet<>());
            there.add(host);
            names.add(host);
            if (listens) {
                listening.put(address, host);
            } else if (there.size() > 1) {
                passing.put(address, host);
                if (passing.size() > MAX_PASSING_ADDRESSES) {
                    passing.remove(passing.keySet().iterator().next());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onBlockingHost(String host) {
        lock.lock();
        try {
            of(host).blocking = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Verdict onConnect(String host, InetSocketAddress to) {
        String there = hostAt(to);
        lock.lock();
        try {
            Verdict verdict = Verdict.ALLOW;
            if (of(host).frozen || of(there).frozen || areApart(host, there)) {
                verdict = Verdict.IGNORE;
            } else if (of(host).refuses || of(there).refuses) {
                verdict = Verdict.REFUSE;
            }
            attempts.add(new WireAttempt(host, to, verdict, time.now()));
            if (attempts.size() > MAX_ATTEMPTS) {
                attempts.remove();
            }
            return verdict;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Wire onWire(String host, Wire wire, Loop loop) {
        String there = hostAt(wire.remote());
        lock.lock();
        try {
            int number = wiresMade.merge(new Pair(host, there), 1, Integer::sum);
            SeededRandom random = SeededRandom.of(seed, host + " wire " + number + " with " + there);
            FaultyWire faulty = new FaultyWire(this, host, wire, loop, random);
            wires.add(faulty);
            return faulty;
        } finally {
            lock.unlock();
        }
    }

    void forget(FaultyWire wire) {
        lock.lock();
        try {
            wires.remove(wire);
        } finally {
            lock.unlock();
        }
    }

    /** What bytes that one host gets from another, or sends to it, are exposed to at the first one's end. */
    Conditions conditions(String host, InetSocketAddress remoteAddress, boolean outgoing) {
        if (calm) {
            return Conditions.CLEAR;
        }
        String remote = hostAt(remoteAddress);
        lock.lock();
        try {
            HostFaults here = of(host);
            HostFaults there = of(remote);
            boolean frozen = here.frozen || there.frozen || areApart(host, remote);
            long delay = here.delayNanos + (there.blocking ? there.delayNanos : 0);
            long jitter = here.jitterNanos + (there.blocking ? there.jitterNanos : 0);
            List<Limiter> limiters = new ArrayList<>();
            addLimiter(limiters, outgoing ? here.outgoing : here.incoming);
            if (there.blocking) {
                addLimiter(limiters, outgoing ? there.incoming : there.outgoing);
            }
            return !frozen && delay == 0 && jitter == 0 && limiters.isEmpty()
                    ? Conditions.CLEAR
                    : new Conditions(frozen, delay, jitter, ImmutableList.copyOf(limiters));
        } finally {
            lock.unlock();
        }
    }

    private static void addLimiter(List<Limiter> limiters, Limiter limiterOrNull) {
        if (limiterOrNull != null) {
            limiters.add(limiterOrNull);
        }
    }
}
