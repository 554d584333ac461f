package org.onion4j.hs.client;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.Introduce1;
import org.onion4j.circuit.message.IntroduceAck;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.padding.PaddingMachine;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.hs.pow.PowExtension;

/**
 * A rendezvous point that we wait at for a service. Cookie and circuit are made together; what the service answers is
 * taken only once it has been told of both. Spec: rend-spec-v3, "Establishing a rendezvous point", "Sending an
 * INTRODUCE1 cell to the introduction point".
 */
final class Rendezvous implements AutoCloseable {
    /** For the answer to ESTABLISH_RENDEZVOUS. */
    private static final Duration ESTABLISH_LIMIT = Duration.ofSeconds(16);

    private final InternalCircuit circuit;
    private final Bytes cookie;

    private Rendezvous(InternalCircuit circuit, Bytes cookie) {
        this.circuit = circuit;
        this.cookie = cookie;
    }

    /** Makes the last hop of a new circuit our rendezvous point. */
    static CompletableFuture<Rendezvous> establish(ClientEnvironment environment) {
        CompletableFuture<Rendezvous> result = new CompletableFuture<>();
        CompletableFuture<InternalCircuit> building =
                environment.circuits().toAny(OnionPurpose.CLIENT_RENDEZVOUS, IntroductionTargets::canMeet);
        Futures.endWith(result, building);
        building.whenComplete((circuit, failure) -> {
            if (failure != null) {
                result.completeExceptionally(Futures.cause(failure));
                return;
            }
            Bytes cookie;
            try {
                cookie = Bytes.copyOf(environment.random().bytes(EstablishRendezvous.COOKIE_LEN));
            } catch (RandomnessException e) {
                circuit.close();
                result.completeExceptionally(e);
                return;
            }
            CompletableFuture<RelayMessage> established =
                    circuit.circuit().ask(new EstablishRendezvous(cookie), RelayCommand.RENDEZVOUS_ESTABLISHED);
            Futures.endWith(result, established);
            Futures.limit(established, ESTABLISH_LIMIT, environment.scheduler());
            circuit.expect(established);
            established.whenComplete((message, lost) -> {
                if (lost != null) {
                    if (!result.isDone()) { // else we gave up, not the relay
                        circuit.failed();
                    }
                    circuit.close();
                    result.completeExceptionally(
                            established.isCancelled()
                                    ? new CircuitException(
                                            CircuitException.Kind.TIMEOUT, "a rendezvous point did not answer")
                                    : Futures.cause(lost));
                    return;
                }
                circuit.answered();
                circuit.pad(PaddingMachine.HIDE_RENDEZVOUS);
                if (!result.complete(new Rendezvous(circuit, cookie))) {
                    circuit.close();
                }
            });
        });
        return result;
    }

    InternalCircuit circuit() {
        return circuit;
    }

    boolean isOpen() {
        return circuit.circuit().isOpen();
    }

    /**
     * An introduction under way.
     *
     * @param ack the introduction point's answer
     * @param met done when the service has become the next hop of our circuit
     */
    record Introducing(CompletableFuture<IntroduceAck> ack, CompletableFuture<Void> met) {}

    /**
     * Lets an introduction point tell the service where we are. From here on the service may come.
     *
     * @param work which we did for it, if it asks for work
     * @throws HandshakeException if the service's key is of no use
     */
    Introducing introduce(
            InternalCircuit introduction,
            IntroductionPoint point,
            Bytes subcredential,
            Optional<PowExtension> work,
            ClientEnvironment environment)
            throws HandshakeException {
        Bytes header = Introduce1.header(point.authKey(), ImmutableList.of());
        IntroductionPlaintext plaintext = new IntroductionPlaintext(
                cookie,
                work.isPresent() ? ImmutableList.of(work.get().encode()) : ImmutableList.of(),
                circuit.last().ntorOnionKey(),
                IntroductionTargets.specifiers(circuit.last()));
        HsNtorClient handshake =
                new HsNtorClient(point.authKey(), point.encryptionKey(), subcredential, environment.random());
        Bytes sealed;
        try {
            sealed = handshake.seal(header, plaintext.encode(header.size()));
        } catch (HandshakeException e) {
            handshake.close();
            throw e;
        }
        CompletableFuture<Void> met = circuit.circuit().meet(handshake);
        if (met.isCompletedExceptionally()) {
            return new Introducing(new CompletableFuture<>(), met); // nobody is to be sent where nobody waits
        }
        CompletableFuture<IntroduceAck> ack = introduction
                .circuit()
                .ask(new Introduce1(point.authKey(), ImmutableList.of(), sealed), RelayCommand.INTRODUCE_ACK)
                .thenApply(IntroduceAck.class::cast);
        introduction.expect(ack);
        introduction.pad(PaddingMachine.HIDE_INTRODUCTION);
        return new Introducing(ack, met);
    }

    @Override
    public void close() {
        circuit.close();
    }
}
