package org.onion4j.hs.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.StreamAcceptor;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.service.IntroductionReader.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes to the rendezvous points where clients wait, and keeps the circuits that come of it until they have been without
 * streams for ten minutes, as C tor does. Whoever names a rendezvous point may want us to fail there: it costs him one of
 * a bounded number of tries, and the guard is not blamed. Spec: rend-spec-v3, "Joining to a rendezvous point".
 *
 * <p>Threading: belongs to the sequence of tasks of the service.
 */
final class Meetings {
    private static final Logger log = LoggerFactory.getLogger(Meetings.class);

    static final int MAX_UNDER_WAY = 256;
    /**
     * Of those, the ones to relays that the consensus doesn't list where the client says that they are, and those to one
     * relay: whoever names relays that don't answer is not to take the places of others. Honest clients draw a relay of
     * the consensus, each its own.
     */
    static final int MAX_UNLISTED = 64;

    static final int MAX_TO_ONE_RELAY = 32;
    /** For all tries to meet one client. */
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /**
     * After so long one gives way to another client, where all places are taken: else eight relays that don't answer would
     * be enough to hold up everybody for {@link #LIMIT}, again and again. Honest ones are there by then, nearly always.
     */
    private static final Duration UNDISTURBED = Duration.ofSeconds(8);

    private static final Duration MAX_IDLE = Duration.ofMinutes(10);
    private static final Duration SWEEP_PAUSE = Duration.ofMinutes(1);

    /** What the circuits with clients are for. */
    interface Listener {
        /** One more rendezvous can be gone to, or there is one client more or less. */
        void onChanged();
    }

    /** A circuit with a client. */
    private static final class Client {
        private final InternalCircuit circuit;
        private Optional<Moment> idleSince = Optional.empty();

        Client(InternalCircuit circuit) {
            this.circuit = circuit;
        }

        boolean isIdle() {
            return circuit.circuit().streamCount() == 0;
        }
    }

    /** A client that we are on the way to. */
    private final class Meeting {
        private final Request request;
        private final boolean listed;
        private final Moment begun = time.now();
        private final Cancellable limit;
        private int triesLeft;
        private Optional<CompletableFuture<InternalCircuit>> building = Optional.empty();

        Meeting(Request request, boolean listed, int tries) {
            this.request = request;
            this.listed = listed;
            this.triesLeft = tries;
            this.limit = environment.scheduler().schedule(() -> sequence.run(() -> end("it took too long")), LIMIT);
        }

        RsaIdentity relay() {
            return request.rendezvousPoint().rsaIdentity();
        }

        void begin() {
            triesLeft--;
            CompletableFuture<InternalCircuit> circuit =
                    environment.circuits().to(OnionPurpose.SERVICE_RENDEZVOUS, request.rendezvousPoint());
            building = Optional.of(circuit);
            circuit.whenComplete((built, failure) -> sequence.run(() -> {
                if (!underWay.contains(this)) {
                    return; // given up, and closed with that
                }
                if (failure != null) {
                    onFailed(Futures.cause(failure));
                } else {
                    join(built);
                }
            }));
        }

        private void onFailed(Throwable why) {
            log.debug("a rendezvous point can't be reached", why);
            boolean hopeless = why instanceof NoPathException || why instanceof RandomnessException;
            if (triesLeft > 0 && !hopeless) {
                begin();
            } else {
                end("no circuit to the rendezvous point");
            }
        }

        private void join(InternalCircuit circuit) {
            building = Optional.empty();
            try {
                Meetings.this.join(circuit, request);
                end("done");
            } catch (CircuitException e) {
                onFailed(e);
            } catch (RandomnessException e) {
                circuit.close();
                end("no randomness");
            } catch (RuntimeException | Error e) {
                circuit.close();
                end("a fault of ours");
                throw e;
            }
        }

        private void end(String why) {
            if (underWay.remove(this)) {
                log.debug("the way to a rendezvous point has ended: {}", why);
                limit.cancel();
                building.ifPresent(Futures::abandon);
                request.close();
                listener.onChanged();
            }
        }
    }

    private final ServiceEnvironment environment;
    private final TimeSource time;
    private final TaskSequence sequence;
    private final ServiceOptions options;
    private final StreamAcceptor acceptor;
    private final Refusals refusals;
    private final Listener listener;
    private final Set<Meeting> underWay = new LinkedHashSet<>(); // the first begun comes first
    private final Map<Circuit, Client> clients = new LinkedHashMap<>();
    private boolean sweeping;
    private boolean lookingForRoom;

    /** @param acceptor gets the streams of clients */
    Meetings(
            ServiceEnvironment environment,
            TimeSource time,
            TaskSequence sequence,
            ServiceOptions options,
            StreamAcceptor acceptor,
            Refusals refusals,
            Listener listener) {
        this.environment = environment;
        this.time = time;
        this.sequence = sequence;
        this.options = options;
        this.acceptor = acceptor;
        this.refusals = refusals;
        this.listener = listener;
    }

    /** Whether one more rendezvous can be gone to now; perhaps instead of one that takes long. */
    boolean hasRoom() {
        return underWay.size() < MAX_UNDER_WAY || oldest().begun.isOlderThan(UNDISTURBED, time.now());
    }

    private Meeting oldest() {
        return underWay.iterator().next();
    }

    /**
     * Ends one that takes long for another client's sake, if there is one. Of those, it is one of the relay that most are on
     * the way to: a flood comes back to relays, and an honest client is mostly alone at its own.
     */
    private boolean giveWay() {
        Map<RsaIdentity, Integer> counts = new HashMap<>();
        underWay.forEach(meeting -> counts.merge(meeting.relay(), 1, Integer::sum));
        Moment now = time.now();
        Meeting chosen = null;
        for (Meeting meeting : underWay) {
            boolean takesLong = meeting.begun.isOlderThan(UNDISTURBED, now);
            if (takesLong && (chosen == null || counts.get(meeting.relay()) > counts.get(chosen.relay()))) {
                chosen = meeting;
            }
        }
        if (chosen == null) {
            return false;
        }
        refusals.add(Refusal.BUSY_RENDEZVOUS_POINT);
        chosen.end("others wait");
        return true;
    }

    /** Says that there is room as soon as one gives way. */
    private void lookForRoom() {
        if (underWay.size() < MAX_UNDER_WAY || lookingForRoom) {
            return;
        }
        lookingForRoom = true;
        Duration rest = UNDISTURBED.minus(oldest().begun.until(time.now()));
        Duration pause = rest.isNegative() ? Duration.ZERO : rest;
        environment
                .scheduler()
                .schedule(
                        () -> sequence.run(() -> {
                            lookingForRoom = false;
                            if (hasRoom()) {
                                listener.onChanged();
                            } else {
                                lookForRoom();
                            }
                        }),
                        pause.plusMillis(1));
    }

    /** How many clients are being gone to. */
    int underWay() {
        return underWay.size();
    }

    int clientCount() {
        return clients.size();
    }

    boolean isQuiet() {
        return underWay.isEmpty() && clients.values().stream().allMatch(Client::isIdle);
    }

    /**
     * Goes to a client; takes the request over.
     *
     * @throws RefusedException if there are too many clients, or too many that name such a rendezvous point
     */
    void meet(Request request) throws RefusedException {
        Optional<NetworkView> view = environment.circuits().view();
        boolean listed = isListed(request.rendezvousPoint(), view);
        if (isBusy(request.rendezvousPoint(), listed)) {
            request.close();
            throw new RefusedException(Refusal.BUSY_RENDEZVOUS_POINT);
        }
        if (clients.size() + underWay.size() >= options.maxClients() && !closeIdlest() && !giveWay()) {
            request.close();
            throw new RefusedException(Refusal.TOO_MANY_CLIENTS);
        }
        if (underWay.size() >= MAX_UNDER_WAY) {
            giveWay();
        }
        int tries = view.map(known -> known.parameter("hs_service_max_rdv_failures", 2, 1, 10))
                .orElse(1);
        Meeting meeting = new Meeting(request, listed, tries);
        underWay.add(meeting);
        meeting.begin();
        lookForRoom();
    }

    private static boolean isListed(HopTarget relay, Optional<NetworkView> view) {
        return view.filter(known -> RendezvousTarget.isListed(relay.rsaIdentity(), relay.address(), known))
                .isPresent();
    }

    private boolean isBusy(HopTarget relay, boolean listed) {
        int toIt = 0;
        int unlisted = 0;
        for (Meeting meeting : underWay) {
            toIt += meeting.relay().equals(relay.rsaIdentity()) ? 1 : 0;
            unlisted += meeting.listed ? 0 : 1;
        }
        return toIt >= MAX_TO_ONE_RELAY || (!listed && unlisted >= MAX_UNLISTED);
    }

    /** The client makes room that has been without streams for longest, if one has. */
    private boolean closeIdlest() {
        Client idlest = null;
        for (Client client : clients.values()) {
            boolean longer = idlest == null || idleTicks(client) - idleTicks(idlest) < 0;
            if (client.isIdle() && client.idleSince.isPresent() && longer) {
                idlest = client;
            }
        }
        if (idlest == null) {
            return false;
        }
        clients.remove(idlest.circuit.circuit());
        idlest.circuit.close();
        return true;
    }

    private static long idleTicks(Client client) {
        return client.idleSince.map(Moment::ticks).orElse(Long.MAX_VALUE);
    }

    private void join(InternalCircuit circuit, Request request) throws CircuitException {
        circuit.circuit()
                .join(request.cookie(), request.handshake().answer(environment.random()), acceptor, options.streams());
        Client client = new Client(circuit);
        clients.put(circuit.circuit(), client);
        circuit.circuit()
                .closed()
                .thenAccept(cause -> sequence.run(() -> {
                    if (clients.remove(circuit.circuit()) != null) {
                        listener.onChanged();
                    }
                }));
        if (!sweeping) {
            sweeping = true;
            environment.scheduler().schedule(() -> sequence.run(this::sweep), SWEEP_PAUSE);
        }
    }

    /** A stream of a client has come, so its circuit works. */
    void onStream(Circuit circuit) {
        Client client = clients.get(circuit);
        if (client != null) {
            client.circuit.answered();
            client.idleSince = Optional.empty();
        }
    }

    private void sweep() {
        sweeping = !clients.isEmpty();
        if (sweeping) {
            environment.scheduler().schedule(() -> sequence.run(this::sweep), SWEEP_PAUSE);
        }
        Moment now = time.now();
        for (Client client : clients.values().toArray(new Client[0])) {
            if (!client.isIdle()) {
                client.idleSince = Optional.empty();
            } else if (!client.idleSince.isPresent()) {
                client.idleSince = Optional.of(now);
            } else if (client.idleSince.get().isOlderThan(MAX_IDLE, now)) {
                client.circuit.close();
            }
        }
    }

    /** Closes the circuits that carry no stream now. */
    void closeIdle() {
        for (Client client : clients.values().toArray(new Client[0])) {
            if (client.isIdle()) {
                client.circuit.close();
            }
        }
    }

    /** Closes all circuits, and goes nowhere any more. */
    void close() {
        for (Meeting meeting : underWay.toArray(new Meeting[0])) {
            meeting.end("the service has ended");
        }
        for (Client client : clients.values().toArray(new Client[0])) {
            client.circuit.close();
        }
    }
}
