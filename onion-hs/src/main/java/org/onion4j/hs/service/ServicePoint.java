package org.onion4j.hs.service;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.descriptor.IntroductionPoint;

/**
 * A relay that introduces clients to a service, or is about to. Belongs to the sequence of tasks of its service.
 */
final class ServicePoint {
    /** What becomes of it. Each state names those that may follow. */
    enum State {
        /** Its circuit is to be begun, perhaps not at once. */
        WAITING,
        /** Its circuit is being built, or the relay has been asked. */
        CONNECTING,
        ESTABLISHED,
        ENDED;

        private ImmutableSet<State> successors() {
            return switch (this) {
                case WAITING -> ImmutableSet.of(CONNECTING, ENDED);
                case CONNECTING -> ImmutableSet.of(ESTABLISHED, WAITING, ENDED);
                case ESTABLISHED -> ImmutableSet.of(WAITING, ENDED);
                case ENDED -> ImmutableSet.of();
            };
        }
    }

    /**
     * For how long it serves.
     *
     * @param since when it was chosen
     * @param introductions after so many it has served
     */
    record Term(Moment since, Duration lifetime, int introductions) {}

    private static final int OVERTIME_PART = 8;

    private final PointKeys keys;
    private final Term term;
    private final ReplayCache replays = new ReplayCache();
    private Relay relay;
    private State state = State.WAITING;
    private Optional<CompletableFuture<InternalCircuit>> circuit = Optional.empty();
    private Optional<Moment> notBefore = Optional.empty();
    private Optional<Moment> leavingSince = Optional.empty();
    private Optional<Moment> unannouncedSince = Optional.empty();
    private int failures;

    ServicePoint(Relay relay, PointKeys keys, Term term) {
        this.relay = relay;
        this.keys = keys;
        this.term = term;
    }

    PointKeys keys() {
        return keys;
    }

    Term term() {
        return term;
    }

    ReplayCache replays() {
        return replays;
    }

    /** The relay as it was known last. */
    Relay relay() {
        return relay;
    }

    RsaIdentity identity() {
        return relay.rsaIdentity();
    }

    void setRelay(Relay known) {
        checkState(known.rsaIdentity().equals(relay.rsaIdentity()), "another relay");
        relay = known;
    }

    State state() {
        return state;
    }

    boolean is(State which) {
        return state == which;
    }

    private void move(State to) {
        checkState(state.successors().contains(to), "an introduction point from %s to %s", state, to);
        state = to;
    }

    /** Its circuit is under way. */
    void connect(CompletableFuture<InternalCircuit> building) {
        move(State.CONNECTING);
        circuit = Optional.of(building);
    }

    /** Whether this is its circuit now, rather than one that it had before. */
    boolean isCircuit(CompletableFuture<InternalCircuit> building) {
        return circuit.isPresent() && circuit.get() == building;
    }

    void establish() {
        move(State.ESTABLISHED);
    }

    /** Its circuit is gone; another one may be begun from then on. */
    void lose(Moment again) {
        move(State.WAITING);
        notBefore = Optional.of(again);
        dropCircuit();
    }

    private void dropCircuit() {
        circuit.ifPresent(Futures::abandon);
        circuit = Optional.empty();
    }

    Optional<Moment> notBefore() {
        return notBefore;
    }

    /** It is of no use any more: closes its circuit, wipes its keys and forgets what came through it. */
    void end() {
        move(State.ENDED);
        dropCircuit();
        keys.close();
        replays.clear();
    }

    /** The relay failed us. */
    void countFailure() {
        failures++;
    }

    int failures() {
        return failures;
    }

    /** Whether it has served for as long, or as much, as it was to. */
    boolean isWornOut(Moment now) {
        return term.since().isOlderThan(term.lifetime(), now) || replays.size() >= term.introductions();
    }

    /** Whether it has served for much more than it was to, while no other has taken its place. */
    boolean isFull() {
        return replays.size() >= term.introductions() + term.introductions() / OVERTIME_PART;
    }

    /** Another is to take its place. */
    void leave(Moment now) {
        if (!leavingSince.isPresent()) {
            leavingSince = Optional.of(now);
        }
    }

    boolean isLeaving() {
        return leavingSince.isPresent();
    }

    /** Clients are no longer told of it, or are. */
    void setAnnounced(boolean announced, Moment now) {
        if (announced) {
            unannouncedSince = Optional.empty();
        } else if (!unannouncedSince.isPresent()) {
            unannouncedSince = Optional.of(now);
        }
    }

    Optional<Moment> unannouncedSince() {
        return unannouncedSince;
    }

    /** What clients are told of it. */
    IntroductionPoint described() {
        return new IntroductionPoint(
                RendezvousTarget.specifiers(relay),
                relay.ntorOnionKey(),
                keys.authKey(),
                keys.encryption().publicKey());
    }
}
