package org.onion4j.circuit;

import java.util.concurrent.CompletableFuture;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.handshake.KeyStream;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;
import org.onion4j.crypto.relay.Tor1ClientCrypto;

/**
 * The handshake with the next hop of a circuit, where one is under way: what answers it, and who waits for that.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class HopHandshake {
    private record Pending(ClientHandshake handshake, Answer answer, HopTarget target, CompletableFuture<Void> done) {}

    /** What the answer to a handshake comes in. */
    enum Answer {
        CREATED2,
        CREATED_FAST,
        EXTENDED2,
        /** Of the handshake with an onion service. */
        RENDEZVOUS2
    }

    /** Bytes of KH, which follow those of the hop's encryption. Spec: tor-spec, "Setting circuit keys". */
    private static final int KH_LEN = 20;

    private final CircuitParameters parameters;
    private final RandomSource random;
    private final AfterUnlock afterUnlock;
    private Pending pending; // null unless one is under way

    HopHandshake(CircuitParameters parameters, RandomSource random, AfterUnlock afterUnlock) {
        this.parameters = parameters;
        this.random = random;
        this.afterUnlock = afterUnlock;
    }

    boolean isUnderWay() {
        return pending != null;
    }

    /**
     * One begins.
     *
     * @param target null for CREATE_FAST and onion services
     * @return completes once the hop is there
     */
    CompletableFuture<Void> begin(ClientHandshake handshake, Answer answer, HopTarget target) {
        if (pending != null) {
            Pending replaced = pending; // only a meeting that is tried anew
            replaced.handshake().close();
            afterUnlock.add(() -> replaced.done().cancel(false));
        }
        pending = new Pending(handshake, answer, target, new CompletableFuture<>());
        return pending.done();
    }

    /**
     * An answer has come: the hop, which is the circuit's from now on.
     *
     * @throws ProtocolViolation if it answers nothing
     * @throws HandshakeException if it is false; the handshake is still to {@link #fail} then
     */
    Hop finish(Answer answer, Bytes reply, int index) throws ProtocolViolation, HandshakeException {
        Pending finished = pending;
        if (finished == null || !finished.answer().equals(answer)) {
            throw new ProtocolViolation("the answer to a handshake that is not under way");
        }
        Hop hop;
        try (HandshakeResult result = finished.handshake().finish(reply)) {
            ClientHopCrypto crypto = answer == Answer.RENDEZVOUS2
                    ? Tor1ClientCrypto.ofOnionService(result.keys())
                    : Handshakes.relayCrypto(finished.target(), result);
            SecretBytes kh = finished.target() == null ? null : result.keys().next(KH_LEN);
            hop = new Hop(index, crypto, Handshakes.flow(parameters), kh, random);
        }
        pending = null;
        afterUnlock.add(() -> finished.done().complete(null));
        return hop;
    }

    /** The client of an onion service, which has met it: the hop, which is the circuit's from now on. */
    Hop client(KeyStream keys, int index) {
        return new Hop(index, Tor1ClientCrypto.ofOnionClient(keys), Handshakes.flow(parameters), null, random);
    }

    /** The circuit is closed. */
    void fail(CircuitException why) {
        if (pending != null) {
            Pending unfinished = pending;
            pending = null;
            unfinished.handshake().close();
            afterUnlock.add(() -> unfinished.done().completeExceptionally(why));
        }
    }
}
