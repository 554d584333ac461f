package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.onion4j.api.ExitUnavailableException;
import org.onion4j.api.OnionException;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.internal.Destination;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.api.internal.InternalRanges;
import org.onion4j.api.internal.StreamRequest;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.supply.CircuitFactory;
import org.onion4j.directory.supply.CircuitLease;
import org.onion4j.directory.supply.CircuitNeed;
import org.onion4j.directory.supply.CircuitSupply;

/**
 * One wish of the application, tried on one circuit after another until an exit fulfils it or says something that
 * another exit would say as well. A try that stays without answer is given up after 10, 10, and then 15 seconds. Spec:
 * path-spec, "Attaching streams to circuits"; the times are C tor's.
 *
 * <p>Threading: one attempt is under way at a time; its steps run on whichever thread completes the one before.
 *
 * @param <T> what the wish gives
 */
final class StreamOpener<T> {
    private static final Duration FIRST_TRIES = Duration.ofSeconds(10);
    private static final Duration LATER_TRIES = Duration.ofSeconds(15);
    private static final int SHORT_TRIES = 2;
    /** Tries of all kinds, so that a wish nobody can fulfil ends. */
    private static final int MAX_TRIES = 12;

    /** Asks an exit. */
    interface Question<T> {
        /** Sends it; the future fails with what the exit or the circuit says. */
        CompletableFuture<T> ask(Circuit circuit) throws CircuitException;

        /** Whether a value can only come of something that the exit has said. */
        default boolean showsThatTheExitAnswers() {
            return true;
        }

        /** Nobody wants the answer any more. */
        default void discard(T answer) {}
    }

    /** Opens streams. */
    record Opening(Begin begin, StreamOptions.EarlyData early, InternalAddresses internal)
            implements Question<DataStream> {
        @Override
        public CompletableFuture<DataStream> ask(Circuit circuit) throws CircuitException {
            DataStream stream = circuit.openStream(begin);
            if (early == StreamOptions.EarlyData.OPTIMISTIC) {
                stream.connected().thenAccept(connected -> {
                    if (isRefused(connected)) {
                        stream.close(); // the application has it already
                    }
                });
                return CompletableFuture.completedFuture(stream);
            }
            CompletableFuture<DataStream> open =
                    stream.connected().thenCompose(connected -> believe(stream, connected));
            open.whenComplete((opened, failure) -> {
                if (open.isCancelled()) {
                    stream.closeForTimeout();
                }
            });
            return open;
        }

        /** An exit that says it connected to its own or the user's network lies, or was lied to: nobody gets there. */
        private CompletableFuture<DataStream> believe(DataStream stream, Connected connected) {
            CompletableFuture<DataStream> verdict = new CompletableFuture<>();
            if (isRefused(connected)) {
                stream.close();
                verdict.completeExceptionally(new ExitUnavailableException(
                        "the exit claims that the host is in a local network", Optional.empty(), null));
            } else {
                verdict.complete(stream);
            }
            return verdict;
        }

        private boolean isRefused(Connected connected) {
            return internal == InternalAddresses.REFUSED
                    && connected.address().filter(InternalRanges::contains).isPresent();
        }

        @Override
        public boolean showsThatTheExitAnswers() {
            return early != StreamOptions.EarlyData.OPTIMISTIC; // else the stream is given before the exit knows of it
        }

        @Override
        public void discard(DataStream stream) {
            stream.close();
        }
    }

    private final CircuitSupply circuits;
    private final Scheduler scheduler;
    private final ExitTarget target;
    private final StreamRequest request;
    private final Question<T> question;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Set<RsaIdentity> refused = new HashSet<>(); // of the step under way
    private final ExitAnswers answers = new ExitAnswers();
    private int tries;

    private StreamOpener(
            CircuitSupply circuits,
            Scheduler scheduler,
            ExitTarget target,
            StreamRequest request,
            Question<T> question) {
        this.circuits = circuits;
        this.scheduler = scheduler;
        this.target = target;
        this.request = request;
        this.question = question;
    }

    /** Opens a stream. Cancelling the future gives it up. */
    static CompletableFuture<DataStream> open(
            CircuitSupply circuits, Scheduler scheduler, InternalAddresses internal, StreamRequest request) {
        Destination to = request.destination();
        ExitTarget target = to.address().isPresent()
                ? ExitTarget.address(to.address().get(), to.port())
                : ExitTarget.port(to.port());
        Begin begin = Begin.to(to.wireHost(), to.port(), flags(request));
        return new StreamOpener<>(
                        circuits, scheduler, target, request, new Opening(begin, request.earlyData(), internal))
                .start();
    }

    /** Asks an exit to look something up. Cancelling the future gives it up. */
    static CompletableFuture<Resolved> resolve(
            CircuitSupply circuits, Scheduler scheduler, StreamRequest request, Resolve question) {
        return new StreamOpener<Resolved>(
                        circuits, scheduler, ExitTarget.resolve(), request, circuit -> circuit.resolve(question))
                .start();
    }

    private static long flags(StreamRequest request) {
        return switch (request.ipVersions()) {
            case PREFER_IPV4 -> Begin.IPV6_OK;
            case PREFER_IPV6 -> Begin.IPV6_OK | Begin.IPV6_PREFERRED;
            case IPV4_ONLY -> 0;
            case IPV6_ONLY -> Begin.IPV6_OK | Begin.IPV4_NOT_OK;
        };
    }

    private CompletableFuture<T> start() {
        tryNext(null);
        return result;
    }

    /** @param last what the try before failed with, which counts if no other exit will do; null for the first try */
    private void tryNext(Throwable last) {
        CompletableFuture<CircuitLease> wanted =
                circuits.lease(new CircuitNeed(target, request.isolation(), ImmutableSet.copyOf(refused)));
        cancelWith(result, wanted);
        wanted.whenComplete((lease, failure) -> {
            if (failure == null) {
                if (!result.isDone()) {
                    ask(lease);
                }
            } else {
                result.completeExceptionally(last == null || refused.isEmpty() ? CircuitFactory.cause(failure) : last);
            }
        });
    }

    private void ask(CircuitLease lease) {
        tries++;
        CompletableFuture<T> answer;
        try {
            answer = question.ask(lease.circuit());
        } catch (CircuitException e) {
            again(e);
            return;
        }
        cancelWith(result, answer);
        lease.expect(answer);
        Duration limit = tries <= SHORT_TRIES ? FIRST_TRIES : LATER_TRIES;
        Cancellable deadline = scheduler.schedule(() -> answer.cancel(false), limit);
        answer.whenComplete((value, failure) -> {
            deadline.cancel();
            if (failure == null) {
                if (question.showsThatTheExitAnswers()) {
                    lease.answered();
                }
                if (!result.complete(value)) {
                    question.discard(value); // given up in the meantime
                }
            } else if (result.isDone()) {
                return; // given up by who asked
            } else if (answer.isCancelled()) {
                lease.failed();
                again(StreamException.timeout("the exit's answer"));
            } else {
                judge(lease, CircuitFactory.cause(failure));
            }
        });
    }

    private void judge(CircuitLease lease, Throwable failure) {
        if (failure instanceof OnionException) {
            lease.deceived(); // or else the next streams would meet the same exit
            result.completeExceptionally(failure);
            return;
        }
        if (!(failure instanceof StreamException stream) || !stream.end().isPresent()) {
            again(failure); // the circuit is gone
            return;
        }
        EndReason reason = stream.end().get().reason();
        lease.answered();
        if (answers.areFinalWith(reason)) {
            result.completeExceptionally(failure);
            return;
        }
        refused.add(lease.exit());
        again(failure);
    }

    private void again(Throwable failure) {
        if (tries >= MAX_TRIES) {
            result.completeExceptionally(failure);
        } else {
            tryNext(failure);
        }
    }

    private static void cancelWith(CompletableFuture<?> whole, CompletableFuture<?> part) {
        whole.whenComplete((value, failure) -> {
            if (whole.isCancelled()) {
                part.cancel(false);
            }
        });
    }
}
