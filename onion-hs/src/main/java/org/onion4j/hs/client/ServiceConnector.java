package org.onion4j.hs.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.message.IntroduceAck;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.client.OnionServiceException.Kind;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.pow.ClientWork;
import org.onion4j.hs.pow.PowExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a service in the making: its descriptor, and a rendezvous point meanwhile, then one introduction
 * point after the other until the service has come to our rendezvous point. Points that failed lately come last; when all
 * have been tried, the descriptor is looked for once more, after a pause: a service that has just lost its introduction
 * points is back in a moment. If not all have refused us, but relays in the middle may have failed, on our way or on the
 * service's, there are two more such rounds. A rendezvous point is kept for the next try only if no introduction point has
 * heard of it.
 *
 * <p>Threading: one try is under way at a time; each step runs on whichever thread completes the one before.
 */
final class ServiceConnector {
    private static final Logger log = LoggerFactory.getLogger(ServiceConnector.class);

    /** Introductions in all. */
    private static final int MAX_TRIES = 12;
    /** Circuits in all that could not be built. */
    private static final int MAX_LOST = 24;
    /** To one introduction point: mostly it was not the point itself that failed. */
    private static final int MAX_LOST_TO_ONE = 3;

    /** Before the descriptor is looked for again; twice as long each time. */
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private static final int ROUNDS = 2;
    private static final int ROUNDS_IN_HOPE = 4;

    private static final Duration SLACK = Duration.ofSeconds(1);
    private static final Duration LONGEST_ACK = Duration.ofSeconds(30);
    private static final Duration LONGEST_RENDEZVOUS = Duration.ofSeconds(60);

    private final ClientEnvironment environment;
    private final Descriptors descriptors;
    private final PointFailures failures;
    private final ClientWork work;
    private final OnionAddress address;
    private final CompletableFuture<InternalCircuit> result = new CompletableFuture<>();
    private final Set<Bytes> tried = new HashSet<>();
    private Descriptors.Found service;
    private int round = 1;
    private boolean hopeful; // whether a try of this round has failed by no fault of the introduction point
    private Optional<CompletableFuture<Rendezvous>> ahead =
            Optional.empty(); // begun while the descriptor was looked for
    private volatile Optional<Rendezvous> waiting = Optional.empty(); // also for whoever cancels
    private boolean introduced; // whether some introduction point was asked
    private volatile boolean reachedService; // whether some introduction point took us on
    private final Map<Bytes, Integer> lostTo = new HashMap<>(); // circuits, by introduction point
    private int lost; // circuits
    private int links; // of our own, that failed
    private boolean pointsSilent; // whether some introduction point was
    private boolean pointsFailedOtherwise; // whether some did
    private int tries;

    private ServiceConnector(
            ClientEnvironment environment,
            Descriptors descriptors,
            PointFailures failures,
            ClientWork work,
            OnionAddress address) {
        this.environment = environment;
        this.descriptors = descriptors;
        this.failures = failures;
        this.work = work;
        this.address = address;
    }

    /**
     * Begins; gives a circuit whose last hop is the service. The future fails with {@link OnionServiceException} or {@link
     * NoPathException}; cancelling it gives the connection up.
     */
    static CompletableFuture<InternalCircuit> connect(
            ClientEnvironment environment,
            Descriptors descriptors,
            PointFailures failures,
            ClientWork work,
            OnionAddress address) {
        ServiceConnector connector = new ServiceConnector(environment, descriptors, failures, work, address);
        connector.result.whenComplete((circuit, failure) -> {
            if (failure != null) {
                connector.dropRendezvous();
            }
        });
        connector.ahead = Optional.of(connector.establish());
        connector.search(Optional.empty(), Optional.empty());
        return connector.result;
    }

    /**
     * Looks for the descriptor.
     *
     * @param than another one than this
     * @param last what the try before failed with
     */
    private void search(Optional<Descriptor> than, Optional<Throwable> last) {
        CompletableFuture<Descriptors.Found> searching = descriptors.get(address, than);
        Futures.endWith(result, searching);
        searching.whenComplete((found, failure) -> {
            if (failure != null) {
                Throwable why = Futures.cause(failure);
                boolean nothingNewer = than.isPresent() && why instanceof OnionServiceException;
                if (nothingNewer && hopeful) {
                    beginRound();
                    next(last);
                    return;
                }
                result.completeExceptionally(nothingNewer ? failure(last) : why);
                return;
            }
            service = found;
            beginRound();
            if (round == 1 && isExpired(found.descriptor().pow())) {
                searchForPuzzle();
                return;
            }
            next(Optional.empty());
        });
    }

    private void beginRound() {
        tried.clear();
        hopeful = false;
    }

    /** @param last what the try before failed with */
    private void next(Optional<Throwable> last) {
        try {
            tryNext(last);
        } catch (RuntimeException e) {
            environment.bugs().error("an introduction could not be begun", e);
            result.completeExceptionally(e);
        }
    }

    private void tryNext(Optional<Throwable> last) {
        if (result.isDone()) {
            dropRendezvous();
            return;
        }
        last.ifPresent(failure -> log.debug("an introduction came to nothing", failure));
        Optional<NetworkView> view = environment.circuits().view();
        Optional<IntroductionPoint> point = mayGoOn() ? choose() : Optional.empty();
        if (!point.isPresent() || !view.isPresent()) {
            if (round < (hopeful ? ROUNDS_IN_HOPE : ROUNDS) && mayGoOn()) {
                Optional<Descriptor> than = Optional.of(service.descriptor());
                Duration length = PAUSE.multipliedBy(1L << (round - 1));
                round++;
                Cancellable pause = environment.scheduler().schedule(() -> search(than, last), length);
                result.whenComplete((circuit, end) -> pause.cancel());
            } else {
                result.completeExceptionally(
                        !introduced && last.isPresent() && last.get() instanceof NoPathException
                                ? last.get()
                                : failure(last));
            }
            return;
        }
        tried.add(point.get().authKey());
        Optional<HopTarget> target = IntroductionTargets.hop(point.get(), view.get());
        if (!target.isPresent()) {
            next(last);
            return;
        }
        CompletableFuture<Optional<PowExtension>> worked = work(point.get());
        Futures.endWith(result, worked);
        CompletableFuture<InternalCircuit> introduction =
                environment.circuits().to(OnionPurpose.CLIENT_INTRODUCTION, target.get());
        Futures.endWith(result, introduction);
        rendezvous().whenComplete((rendezvous, failure) -> {
            if (failure != null) {
                worked.cancel(false);
                abandon(introduction);
                onNoRendezvous(Futures.cause(failure), point.get());
                return;
            }
            introduction.whenComplete((circuit, failed) -> {
                if (failed != null) {
                    worked.cancel(false);
                    onNoCircuit(Futures.cause(failed), point.get());
                } else {
                    worked.whenComplete(
                            (proof, none) -> introduceLater(rendezvous, circuit, point.get(), proof(proof, none)));
                }
            });
        });
    }

    /** Work for a puzzle that has expired may be for nothing: a newer one is looked for, but not insisted on. */
    private void searchForPuzzle() {
        round++;
        descriptors.get(address, Optional.of(service.descriptor())).whenComplete((newer, none) -> {
            if (none == null) {
                service = newer;
            }
            next(Optional.empty());
        });
    }

    private boolean isExpired(Optional<PowParameters> pow) {
        return pow.isPresent()
                && pow.get().expires().isBefore(environment.clock().instant());
    }

    /** What the service wants done before it is introduced to us, while circuits are built. */
    private CompletableFuture<Optional<PowExtension>> work(IntroductionPoint point) {
        Optional<PowParameters> asked = service.descriptor().pow();
        long effort = asked.isPresent()
                ? ClientWork.effort(asked.get().suggestedEffort(), failures.count(point.authKey()))
                : 0;
        if (effort == 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<PowExtension> solved =
                work.solve(asked.get(), service.keys().blindedKey(), effort);
        CompletableFuture<Optional<PowExtension>> worked = solved.thenApply(Optional::of);
        Futures.endWith(worked, solved);
        return worked;
    }

    /** Without the proof the service may still come. */
    private static Optional<PowExtension> proof(Optional<PowExtension> proof, Throwable none) {
        return none == null ? proof : Optional.empty();
    }

    private OnionServiceException failure(Optional<Throwable> last) {
        if (reachedService) {
            return new OnionServiceException(
                    Kind.RENDEZVOUS_FAILED, "the onion service was told of us and has not come", last.orElse(null));
        }
        String text = service.descriptor().introductionPoints().isEmpty()
                ? "the onion service has no introduction point"
                : introduced || !last.isPresent()
                        ? "no introduction point of the onion service took us on"
                        : "no circuits could be built to meet the onion service";
        Kind kind = pointsSilent && !pointsFailedOtherwise ? Kind.INTRODUCTION_TIMED_OUT : Kind.INTRODUCTION_FAILED;
        return new OnionServiceException(kind, text, last.orElse(null));
    }

    /** What became of an introduction point that was tried. */
    private void notePoint(Throwable why) {
        boolean silent = why instanceof CancellationException // no answer in time
                || (why instanceof CircuitException circuit && circuit.kind() == CircuitException.Kind.TIMEOUT);
        pointsSilent |= silent;
        pointsFailedOtherwise |= !silent;
    }

    /** One that was not tried yet: at random among those that haven't failed lately, else among the others. */
    private Optional<IntroductionPoint> choose() {
        List<IntroductionPoint> good = new ArrayList<>();
        List<IntroductionPoint> doubtful = new ArrayList<>();
        for (IntroductionPoint point : service.descriptor().introductionPoints()) {
            if (!tried.contains(point.authKey())) {
                (failures.contains(point.authKey()) ? doubtful : good).add(point);
            }
        }
        List<IntroductionPoint> from = good.isEmpty() ? doubtful : good;
        return from.isEmpty()
                ? Optional.empty()
                : Optional.of(from.get(environment.random().nextInt(from.size())));
    }

    private CompletableFuture<Rendezvous> rendezvous() {
        Optional<CompletableFuture<Rendezvous>> begun = ahead;
        ahead = Optional.empty();
        if (begun.isPresent() && !begun.get().isDone()) {
            return begun.get();
        }
        if (waiting.isPresent() && waiting.get().isOpen()) {
            return CompletableFuture.completedFuture(waiting.get());
        }
        return establish();
    }

    private CompletableFuture<Rendezvous> establish() {
        CompletableFuture<Rendezvous> established = Rendezvous.establish(environment);
        Futures.endWith(result, established);
        return established.thenApply(rendezvous -> {
            waiting = Optional.of(rendezvous);
            if (result.isDone()) {
                dropRendezvous();
            }
            return rendezvous;
        });
    }

    private void dropRendezvous() {
        waiting.ifPresent(Rendezvous::close);
        waiting = Optional.empty();
    }

    private static void abandon(CompletableFuture<InternalCircuit> circuit) {
        circuit.cancel(false);
        circuit.whenComplete((built, failure) -> {
            if (failure == null) {
                built.close();
            }
        });
    }

    private void onNoRendezvous(Throwable why, IntroductionPoint point) {
        if (why instanceof NoPathException) {
            result.completeExceptionally(why);
            return;
        }
        tried.remove(point.authKey()); // it is not to blame, and nothing has been asked of it
        if (OwnLink.isCauseOf(why)) {
            onNoLink(why);
            return;
        }
        lost++;
        next(Optional.of(why));
    }

    /** The guard can't be reached, or has gone: another one may be taken soon. */
    private void onNoLink(Throwable why) {
        hopeful = true;
        links++;
        Cancellable pause = environment.scheduler().schedule(() -> next(Optional.of(why)), OwnLink.PAUSE);
        result.whenComplete((circuit, end) -> pause.cancel());
    }

    private boolean mayGoOn() {
        return tries < MAX_TRIES && lost < MAX_LOST && links < OwnLink.MAX_FAILURES;
    }

    /** There is no circuit to an introduction point: it may do over other relays. */
    private void onNoCircuit(Throwable why, IntroductionPoint point) {
        if (OwnLink.isCauseOf(why)) {
            tried.remove(point.authKey());
            onNoLink(why);
            return;
        }
        hopeful = true;
        lost++;
        boolean refused = why instanceof CircuitException circuit && circuit.kind() == CircuitException.Kind.DESTROYED;
        if (refused && lostTo.merge(point.authKey(), 1, Integer::sum) < MAX_LOST_TO_ONE) {
            tried.remove(point.authKey());
            next(Optional.of(why));
        } else {
            onNoIntroduction(why, point);
        }
    }

    private void onNoIntroduction(Throwable why, IntroductionPoint point) {
        notePoint(why);
        if (isOfThePoint(why)) {
            failures.add(point.authKey());
        }
        next(Optional.of(why)); // even if there is no path: there may be one to another point
    }

    /** Whether a failure says something of the introduction point, rather than of our own link. */
    private static boolean isOfThePoint(Throwable why) {
        if (why instanceof CircuitException circuit) {
            return switch (circuit.kind()) {
                case HANDSHAKE, DESTROYED, PROTOCOL, TIMEOUT -> true;
                case CHANNEL, MEMORY, LOCAL, LIMIT, CLOSED -> false;
            };
        }
        return why instanceof HandshakeException || why instanceof CancellationException; // no answer in time
    }

    /** On the executor, where the handshake is computed. */
    private void introduceLater(
            Rendezvous rendezvous,
            InternalCircuit introduction,
            IntroductionPoint point,
            Optional<PowExtension> proof) {
        Consumer<Throwable> onBug = e -> {
            introduction.close();
            rendezvous.close();
            result.completeExceptionally(e);
            environment.bugs().error("an introduction could not be made", e);
        };
        try {
            environment.executor().execute(() -> {
                try {
                    introduce(rendezvous, introduction, point, proof);
                } catch (RuntimeException | Error e) {
                    onBug.accept(e);
                }
            });
        } catch (RuntimeException | Error e) {
            onBug.accept(e);
        }
    }

    private void introduce(
            Rendezvous rendezvous,
            InternalCircuit introduction,
            IntroductionPoint point,
            Optional<PowExtension> proof) {
        if (result.isDone()) {
            introduction.close();
            return;
        }
        if (!rendezvous.isOpen()) {
            introduction.close();
            onNoRendezvous(
                    new CircuitException(CircuitException.Kind.DESTROYED, "the rendezvous point is gone"), point);
            return;
        }
        Rendezvous.Introducing under;
        try {
            introduced = true;
            tries++;
            under = rendezvous.introduce(introduction, point, service.keys().subcredential(), proof, environment);
        } catch (HandshakeException e) {
            introduction.close();
            onNoIntroduction(e, point);
            return;
        }
        // Whatever comes of it: an introduction point has heard of this rendezvous point, and no other is to.
        waiting = Optional.empty();
        CompletableFuture<Void> over = new CompletableFuture<>(); // this try, whatever becomes of it
        Futures.limit(under.ack(), limit(14, 6, LONGEST_ACK), environment.scheduler());
        Futures.endWith(result, over);
        under.ack().whenComplete((ack, failure) -> {
            if (failure == null) {
                introduction.retire();
            } else {
                introduction.close();
            }
            if (over.isDone()) {
                return;
            }
            if (failure != null) {
                introduction.failed();
                Throwable why = Futures.cause(failure);
                if (isOfThePoint(why)) {
                    failures.add(point.authKey());
                }
                over.completeExceptionally(why);
            } else if (ack.status() != IntroduceAck.SUCCESS) {
                introduction.answered();
                failures.add(point.authKey());
                over.completeExceptionally(new OnionServiceException(
                        Kind.INTRODUCTION_FAILED, "an introduction point refused: status " + ack.status()));
            } else {
                introduction.answered();
                hopeful = true;
                reachedService = true;
                Cancellable timer = environment
                        .scheduler()
                        .schedule(
                                () -> over.completeExceptionally(new OnionServiceException(
                                        Kind.RENDEZVOUS_FAILED, "the onion service took too long")),
                                limit(3, 1, LONGEST_RENDEZVOUS));
                over.whenComplete((nothing, lost) -> timer.cancel());
            }
        });
        under.met().whenComplete((nothing, failure) -> {
            if (failure == null) {
                over.complete(null);
            } else if (!under.met().isCancelled()) {
                over.completeExceptionally(Futures.cause(failure));
            }
        });
        over.whenComplete((nothing, failure) -> {
            if (failure == null) {
                introduction.retire();
            } else if (!under.ack().isDone()) { // else it has been seen to
                introduction.close();
            }
            if (failure == null) {
                if (!result.complete(rendezvous.circuit())) {
                    rendezvous.close();
                }
            } else {
                rendezvous.close();
                notePoint(Futures.cause(failure));
                next(Optional.of(Futures.cause(failure)));
            }
        });
    }

    /** A part of the time that circuits take, and a second. */
    private Duration limit(int times, int dividedBy, Duration longest) {
        Duration limit = environment
                .circuits()
                .buildTimeout()
                .multipliedBy(times)
                .dividedBy(dividedBy)
                .plus(SLACK);
        return limit.compareTo(longest) < 0 ? limit : longest;
    }
}
