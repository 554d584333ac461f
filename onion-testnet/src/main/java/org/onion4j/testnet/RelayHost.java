package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import java.util.function.Supplier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.testnet.fault.CellFaults;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.relay.CircuitObservation;
import org.onion4j.testnet.relay.ExitConnector;
import org.onion4j.testnet.relay.ExitPolicy;
import org.onion4j.testnet.relay.Relay;
import org.onion4j.testnet.relay.RelayConfig;
import org.onion4j.testnet.relay.RelayObservations;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.wire.FaultBoard;
import org.onion4j.testnet.wire.WireNet;
import org.onion4j.testnet.wire.WireServer;

/**
 * A relay with all that is around it: its place, its keys, its directory and its faults.
 *
 * <p>Threading: any thread but the network's loops may call; calls wait for the relay's loop, where the relay and its
 * faults live. After the end of the loop, what the relay has seen can still be asked for, and all else is refused.
 */
final class RelayHost {
    private static final int MAX_FAILURES = 16;

    /**
     * Where a relay lives.
     *
     * @param calls to the loop
     * @param net where it has the relay's nickname for its name
     * @param faults of that net
     * @param address where it is to listen; port 0 for any
     */
    record Place(
            EventLoop loop,
            LoopCalls calls,
            WireNet net,
            FaultBoard faults,
            InetSocketAddress address,
            ExitConnector exits) {}

    private final String nickname;
    private final Place place;
    private final RelayIdentity identity;
    private final HostDirectory directory;
    private final ExitPolicy exitPolicy;
    private final long seed;
    private final CellFaults cellFaults;
    private final Function<RsaIdentity, String> names;
    private List<SeenCircuit> past = new ArrayList<>(); // of relays that were killed; on the loop
    private Relay relay; // on the loop; null while it is dead
    private Duration skew = Duration.ZERO; // on the loop
    private Optional<WireServer> dirPort = Optional.empty();
    private volatile InetSocketAddress address;
    private volatile boolean alive;
    private volatile boolean frozen;
    private final Deque<String> hostileFailures = new ConcurrentLinkedDeque<>(); // of hostilities
    private long circuitsBefore; // in the lives before this one; on the loop
    private volatile ImmutableList<SeenCircuit> seenToTheEnd = ImmutableList.of(); // once the loop has ended
    private int lives;

    RelayHost(
            String nickname,
            Place place,
            RelayIdentity identity,
            HostDirectory directory,
            ExitPolicy exitPolicy,
            long seed,
            Function<RsaIdentity, String> names) {
        this.nickname = nickname;
        this.place = place;
        this.identity = identity;
        this.directory = directory;
        this.exitPolicy = exitPolicy;
        this.seed = seed;
        this.names = names;
        this.cellFaults = new CellFaults(SeededRandom.of(seed, nickname + "/corrupted cells"));
        this.address = place.address;
    }

    String nickname() {
        return nickname;
    }

    InetSocketAddress address() {
        return address;
    }

    RelayIdentity identity() {
        return identity;
    }

    String fingerprint() {
        return NetworkMaker.hex(identity.rsaIdentity().value());
    }

    HostDirectory directory() {
        return directory;
    }

    CellFaults cellFaults() {
        return cellFaults;
    }

    /** Lets the relay depart from the protocol, beside other faults. */
    void script(RelayScript script) {
        onLoop(() -> cellFaults.then(script));
    }

    /** Lets the relay do what these say, and nothing else beside the faults of single cells. */
    void hostile(List<Hostility> hostilities) {
        HostileScript script = new HostileScript(hostilities, names, () -> circuitsBefore, this::hostilityFailed);
        onLoop(() -> cellFaults.then(hostilities.isEmpty() ? RelayScript.HONEST : script));
    }

    private void hostilityFailed(String failure) {
        if (hostileFailures.size() < MAX_FAILURES) {
            hostileFailures.add(failure);
        }
    }

    /** What hostilities have thrown, the first few since {@link #forget}. Any thread. */
    List<String> hostileFailures() {
        return ImmutableList.copyOf(hostileFailures);
    }

    /** What it tells others on links that the time is; while it is alive. */
    Instant clockOfLinks() {
        return get(() -> relay.now());
    }

    /** The network's time. */
    Instant now() {
        return place.loop.time().now();
    }

    Loop loop() {
        return place.loop;
    }

    boolean isAlive() {
        return alive;
    }

    /** Whether others find it up: alive and not suspended. Any thread; what it says of a moment ago. */
    boolean isReachable() {
        return alive && !frozen;
    }

    /** Begins to listen and to serve, for the first time. */
    void start() throws IOException {
        place.loop.atEnd(this::endOnLoop);
        startAgain();
    }

    private void startAgain() throws IOException {
        Optional<IOException> failure = get(() -> {
            try {
                startOnLoop();
                return Optional.empty();
            } catch (IOException e) {
                return Optional.of(e);
            }
        });
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private void startOnLoop() throws IOException {
        if (relay != null) {
            return;
        }
        lives++;
        identity.renew(place.loop.time().now());
        relay = Relay.start(
                RelayConfig.at(address).withExitPolicy(exitPolicy).withScript(cellFaults),
                identity,
                place.net,
                place.loop,
                SeededRandom.of(seed, nickname + "/" + lives),
                directory,
                place.exits);
        relay.skewClock(skew);
        address = relay.address();
        alive = true;
    }

    /** Serves plain HTTP, as authorities do for relays that come to the network from elsewhere. */
    InetSocketAddress openDirPort() throws IOException {
        WireServer server =
                place.net.listen(new InetSocketAddress(address.getAddress(), 0), place.loop, directory::serve);
        dirPort = Optional.of(server);
        return server.address();
    }

    void kill() {
        onLoop(this::killOnLoop);
    }

    private void killOnLoop() {
        if (relay != null) {
            alive = false;
            past = new ArrayList<>(seenNow());
            circuitsBefore += relay.observations().total();
            relay.close();
            relay = null;
        }
    }

    void revive() throws TestNetworkException {
        try {
            startAgain();
        } catch (IOException e) {
            throw new TestNetworkException(nickname + " could not be revived: " + e.getMessage(), e);
        }
    }

    /** Ends it for good. */
    private void endOnLoop() {
        dirPort.ifPresent(WireServer::close);
        killOnLoop();
        seenToTheEnd = ImmutableList.copyOf(past);
    }

    void skewClock(Duration by) {
        directory.skewClock(by);
        onLoop(() -> {
            skew = by;
            if (relay != null) {
                relay.skewClock(by);
            }
        });
    }

    void deceive(DirectoryFault fault) {
        onLoop(() -> directory.deceive(fault));
    }

    void withholdSignature(boolean withhold) {
        directory.withholdSignature(withhold);
    }

    void freeze() {
        frozen = true;
        place.faults.freeze(nickname);
    }

    void thaw() {
        frozen = false;
        place.faults.thaw(nickname);
    }

    void delay(Duration delay) {
        place.faults.delay(nickname, delay, Duration.ZERO);
    }

    void limitBandwidth(long bytesPerSecond) {
        place.faults.limit(nickname, bytesPerSecond);
    }

    void partition(RelayHost other) {
        place.faults.partition(nickname, other.nickname);
    }

    void join(RelayHost other) {
        place.faults.heal(nickname, other.nickname);
    }

    /** Whether a partition is between the two. */
    boolean isApartFrom(RelayHost other) {
        return place.faults.areApart(nickname, other.nickname);
    }

    void heal() {
        thaw();
        delay(Duration.ZERO);
        limitBandwidth(0);
        onLoop(() -> {
            cellFaults.heal();
            directory.deceive(DirectoryFault.NONE);
        });
        skewClock(Duration.ZERO);
        if (directory.isAuthority()) {
            withholdSignature(false);
        }
    }

    List<SeenCircuit> seen() {
        return place.calls.isClosed() ? seenToTheEnd : get(this::seenNow);
    }

    /** The onion services that it introduces clients to now, by their authentication keys; none while it is dead. */
    ImmutableSet<Bytes> services() {
        return get(() -> relay == null ? ImmutableSet.of() : relay.services());
    }

    /** What it is going to tell. */
    interface Telling {
        /** What it has seen; empty if it doesn't tell within the time. */
        Optional<List<SeenCircuit>> within(Duration time);
    }

    /** Asks what it has seen and doesn't wait for it. */
    Telling tell() {
        LoopCalls.Call<List<SeenCircuit>> call = place.calls.begin(this::seenNow);
        return time -> place.calls.isClosed() ? Optional.of(seenToTheEnd) : call.within(time);
    }

    private List<SeenCircuit> seenNow() {
        List<SeenCircuit> all = new ArrayList<>(past);
        if (relay != null) {
            all.addAll(converted());
        }
        return ImmutableList.copyOf(newest(all));
    }

    /** As many as a relay remembers. */
    private static List<SeenCircuit> newest(List<SeenCircuit> all) {
        return all.subList(Math.max(0, all.size() - RelayObservations.MAX_CIRCUITS), all.size());
    }

    void forget() {
        onLoop(() -> {
            hostileFailures.clear();
            past.clear();
            if (relay != null) {
                relay.observations().clear();
            }
        });
    }

    private List<SeenCircuit> converted() {
        ImmutableList.Builder<SeenCircuit> all = ImmutableList.builder();
        for (CircuitObservation one : relay.observations().now()) {
            all.add(Sightings.of(one, circuitsBefore, names));
        }
        return all.build();
    }

    void onLoop(Runnable task) {
        get(() -> {
            task.run();
            return true;
        });
    }

    private <T> T get(Supplier<T> task) {
        return place.calls.get(task);
    }

    @Override
    public String toString() {
        return nickname;
    }
}
