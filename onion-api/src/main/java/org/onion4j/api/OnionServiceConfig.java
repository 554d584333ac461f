package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.onion4j.api.internal.IntroductionRate;
import org.onion4j.api.internal.WorkDemand;
import org.onion4j.api.internal.service.PortTarget;
import org.onion4j.hs.descriptor.DescriptorMaker;

/**
 * Describes an onion service that a client is to host. Immutable.
 *
 * <pre>{@code
 * OnionServiceConfig config = OnionServiceConfig.builder()
 *         .name("shop")
 *         .forward(80, new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080))
 *         .port(7000, stream -> answer(stream))
 *         .build();
 * }</pre>
 */
public final class OnionServiceConfig {
    private final Optional<String> name;
    private final Optional<OnionServiceKey> key;
    private final ImmutableMap<Integer, PortTarget> ports;
    private final ImmutableSet<OnionClientKey> clients;
    private final boolean restricted;
    private final int introductionPoints;
    private final Optional<IntroductionRate> introductionRate;
    private final Optional<WorkDemand> proofOfWork;
    private final int maxStreamsPerCircuit;
    private final boolean closeCircuitAtStreamLimit;
    private final int maxStreams;
    private final int backlog;
    private final Consumer<OnionServiceEvent> listener;

    private OnionServiceConfig(Builder builder) {
        this.name = builder.memoryOnly ? Optional.empty() : Optional.of(builder.name);
        this.key = Optional.ofNullable(builder.key);
        this.ports = ImmutableMap.copyOf(builder.ports);
        this.clients = ImmutableSet.copyOf(builder.clients);
        this.restricted = builder.restricted || !builder.clients.isEmpty();
        this.introductionPoints = builder.introductionPoints;
        this.introductionRate = Optional.ofNullable(builder.introductionRate);
        this.proofOfWork = Optional.ofNullable(builder.proofOfWork);
        this.maxStreamsPerCircuit =
                builder.maxStreamsPerCircuit > 0 ? builder.maxStreamsPerCircuit : defaultPerCircuit(builder.maxStreams);
        this.closeCircuitAtStreamLimit = builder.closeCircuitAtStreamLimit;
        this.maxStreams = builder.maxStreams;
        this.backlog = builder.backlog;
        this.listener = builder.listener;
    }

    /** One client must not have all places. */
    private static int defaultPerCircuit(int maxStreams) {
        return Math.max(1, Math.min(maxStreams / 4, 65_535));
    }

    /** Begins to describe a service. */
    public static Builder builder() {
        return new Builder();
    }

    Optional<String> name() {
        return name;
    }

    Optional<OnionServiceKey> key() {
        return key;
    }

    ImmutableMap<Integer, PortTarget> ports() {
        return ports;
    }

    ImmutableSet<OnionClientKey> clients() {
        return clients;
    }

    boolean restricted() {
        return restricted;
    }

    int introductionPoints() {
        return introductionPoints;
    }

    Optional<IntroductionRate> introductionRate() {
        return introductionRate;
    }

    Optional<WorkDemand> proofOfWork() {
        return proofOfWork;
    }

    int maxStreamsPerCircuit() {
        return maxStreamsPerCircuit;
    }

    boolean closeCircuitAtStreamLimit() {
        return closeCircuitAtStreamLimit;
    }

    int maxStreams() {
        return maxStreams;
    }

    int backlog() {
        return backlog;
    }

    Consumer<OnionServiceEvent> listener() {
        return listener;
    }

    /** Whether a descriptor has room for so many. */
    static void checkClients(int count, int introductionPoints) {
        int most = DescriptorMaker.maxClients(introductionPoints);
        if (count > most) {
            throw new TooManyAuthorizedClientsException(most);
        }
    }

    /** Without anything that tells which service it is. */
    @Override
    public String toString() {
        return "OnionServiceConfig[" + ports.size() + " ports, " + clients.size() + " authorized clients]";
    }

    /** Describes a service. Not for more than one thread. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester") // its annotation would be part of what we export
    public static final class Builder {
        private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?");
        private static final int MAX_INTRODUCTION_POINTS = 20;

        private final Map<Integer, PortTarget> ports = new TreeMap<>();
        private final Set<OnionClientKey> clients = new HashSet<>();
        private String name = "default";
        private boolean memoryOnly;
        private OnionServiceKey key;
        private boolean restricted;
        private int introductionPoints = 3;
        private IntroductionRate introductionRate;
        private WorkDemand proofOfWork;
        private int maxStreamsPerCircuit;
        private boolean closeCircuitAtStreamLimit;
        private int maxStreams = 512;
        private int backlog = 128;
        private Consumer<OnionServiceEvent> listener = event -> {};

        private Builder() {}

        /**
         * The name under which the client's state directory keeps the service: its key, and with it its address, its
         * introduction points and its counters. It is told to nobody. Two services of one client need two names. Where the
         * client has no state directory, nothing is kept. Default: {@code default}.
         *
         * @param name 1 to 32 characters of {@code a-z}, {@code 0-9} and {@code -}, without {@code -} at its ends
         * @throws IllegalArgumentException if it is something else
         */
        public Builder name(String name) {
            checkArgument(NAME.matcher(name).matches(), "not a name for a service");
            this.name = name;
            return this;
        }

        /**
         * Keeps nothing of the service in the client's state directory, not even its key: without a {@link #key} it has a
         * new address each time.
         */
        public Builder inMemoryOnly() {
            this.memoryOnly = true;
            return this;
        }

        /**
         * Hosts the service of this key, which is then not written to the state directory; all else is. Default: the key
         * kept under the service's name, or a new one.
         *
         * @param key stays the caller's, and must not be closed before the service is there
         */
        public Builder key(OnionServiceKey key) {
            this.key = Objects.requireNonNull(key, "key");
            return this;
        }

        /**
         * Offers a virtual port whose streams wait for {@link OnionService#accept}.
         *
         * @param port 1 to 65535
         * @throws IllegalArgumentException if it is no port, or is offered already
         */
        public Builder port(int port) {
            return add(port, new PortTarget.Accept());
        }

        /**
         * Offers a virtual port whose streams a handler serves, each on a thread of its own.
         *
         * @param port 1 to 65535
         * @throws IllegalArgumentException if it is no port, or is offered already
         */
        public Builder port(int port, OnionStreamHandler handler) {
            return add(port, new PortTarget.Handle(handler, Optional.empty()));
        }

        /**
         * Offers a virtual port whose streams a handler serves, each as one task of an executor. It is given them by a thread
         * of the service, on which it may run them.
         *
         * @param port 1 to 65535
         * @throws IllegalArgumentException if it is no port, or is offered already
         */
        public Builder port(int port, OnionStreamHandler handler, Executor executor) {
            return add(port, new PortTarget.Handle(handler, Optional.of(executor)));
        }

        /**
         * Offers a virtual port whose streams are passed on to a server, on this machine as a rule, over TCP. What the
         * server learns of the client is nothing.
         *
         * @param port 1 to 65535
         * @param target where the server listens; with its address, since names aren't looked up
         * @throws IllegalArgumentException if it is no port, or is offered already, or the target has no address or port 0
         */
        public Builder forward(int port, InetSocketAddress target) {
            checkArgument(!target.isUnresolved(), "a target needs an address");
            checkArgument(target.getPort() != 0, "a target needs a port");
            return add(port, new PortTarget.Forward(target));
        }

        private Builder add(int port, PortTarget target) {
            checkArgument(port >= 1 && port <= 65535, "port %s", port);
            checkArgument(!ports.containsKey(port), "port %s is offered already", port);
            ports.put(port, target);
            return this;
        }

        /**
         * Lets this client find and reach the service, and nobody else but others that are authorized. Clients can be
         * authorized later, too: {@link OnionService#authorizeClient}. They are not kept in the state directory.
         *
         * <p>There may be 368 with three introduction points, and fewer with more of these: {@link #build} looks.
         */
        public Builder authorizeClient(OnionClientKey client) {
            clients.add(Objects.requireNonNull(client, "client"));
            return this;
        }

        /** Lets authorized clients alone find the service, also while there are none. Default: only where there are some. */
        public Builder restricted() {
            this.restricted = true;
            return this;
        }

        /**
         * How many relays pass clients' requests on to the service. More of them bear more clients. Default: 3.
         *
         * @throws IllegalArgumentException if it is not between 1 and {@value #MAX_INTRODUCTION_POINTS}
         */
        public Builder introductionPoints(int count) {
            checkArgument(count >= 1 && count <= MAX_INTRODUCTION_POINTS, "%s introduction points", count);
            this.introductionPoints = count;
            return this;
        }

        /**
         * Asks each introduction point to pass on no more requests than this, against floods. Those beyond are refused
         * there, whoever sends them. Default: what the network says, which is no limit today.
         *
         * @param perSecond requests a second, on average
         * @param burst how many at once; at least {@code perSecond}
         * @throws IllegalArgumentException if one of them is not positive, or the burst is the smaller one
         */
        public Builder introductionRate(int perSecond, int burst) {
            this.introductionRate = new IntroductionRate(perSecond, burst);
            return this;
        }

        /**
         * Asks clients for proof of work while there are more of them than the service can go to: 250 a second, and 2,500 at
         * once after a pause. {@link #proofOfWork(int, int, int)} says how it works. Default: no work is asked for.
         */
        public Builder proofOfWork() {
            this.proofOfWork = WorkDemand.DEFAULT;
            return this;
        }

        /**
         * Asks clients for proof of work while there are more of them than the service can go to. They wait in a queue, out
         * of which those come first who have done most work; what waits for more than 15 seconds is dropped, and when the
         * queue is full, its lower half. How much work to do is said in the service's descriptor. It is thought over every
         * five minutes: it grows while the queue is long, and falls while there is none. Clients who do none can reach the
         * service all the same when it isn't busy. A client does 10,000 at most, which takes a computer some minutes.
         *
         * @param perSecond how many clients the service goes to, on average; at least 1
         * @param burst how many at once after a pause; at least {@code perSecond}
         * @param effort how much work is suggested at first, 0 to 10,000: 0 if nothing is known of a flood. It falls by a
         *     third every five minutes that there is none
         * @throws IllegalArgumentException if one of them is out of its range
         */
        public Builder proofOfWork(int perSecond, int burst, int effort) {
            this.proofOfWork = new WorkDemand(perSecond, burst, effort);
            return this;
        }

        /**
         * How many streams may be open at a time over one circuit, which one client has; others are refused. Default: a
         * quarter of {@link #maxStreams}, 128 unless that is set. C tor has no such limit by default, nor one for the service
         * as a whole.
         *
         * @throws IllegalArgumentException if it is not between 1 and 65535
         */
        public Builder maxStreamsPerCircuit(int limit) {
            checkArgument(limit >= 1 && limit <= 65535, "%s streams per circuit", limit);
            this.maxStreamsPerCircuit = limit;
            return this;
        }

        /** Closes a circuit over which more streams are asked for than {@link #maxStreamsPerCircuit}. */
        public Builder closeCircuitAtStreamLimit() {
            this.closeCircuitAtStreamLimit = true;
            return this;
        }

        /**
         * How many streams of the service may be with handlers and targets at a time. When there are so many, a client with
         * fewer than others gets the place of the latest stream of the client that has most, which is closed; other streams
         * are refused. One that is passed on takes two threads. Default: 512.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maxStreams(int limit) {
            checkArgument(limit >= 1, "%s streams", limit);
            this.maxStreams = limit;
            return this;
        }

        /**
         * How many streams may wait to be accepted. When so many wait, a client with fewer of them than others gets the place
         * of the latest one of the client that has most; other streams are refused. Default: 128.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder backlog(int limit) {
            checkArgument(limit >= 1, "a backlog of %s", limit);
            this.backlog = limit;
            return this;
        }

        /** Is told what happens to the service, one event after the other, on a thread that is there for callbacks alone. */
        public Builder listener(Consumer<OnionServiceEvent> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The description.
         *
         * @throws IllegalStateException if it offers no port
         * @throws TooManyAuthorizedClientsException if there is no room for all its authorized clients
         */
        public OnionServiceConfig build() {
            checkState(!ports.isEmpty(), "a service needs a port");
            checkClients(clients.size(), introductionPoints);
            return new OnionServiceConfig(this);
        }
    }
}
