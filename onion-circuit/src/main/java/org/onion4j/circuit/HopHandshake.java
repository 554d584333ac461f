package org.onion4j.circuit;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * The handshake with the next hop of a circuit, where one is under way: what answers it, and who waits for that.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class HopHandshake {
    private record Pending(
            ClientHandshake handshake, CellCommand answer, HopTarget target, CompletableFuture<Void> done) {}

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
     * @param answer the command of the cell with the answer
     * @param target null for CREATE_FAST
     * @return completes once the hop is there
     */
    CompletableFuture<Void> begin(ClientHandshake handshake, CellCommand answer, HopTarget target) {
        pending = new Pending(handshake, answer, target, new CompletableFuture<>());
        return pending.done();
    }

    /**
     * An answer has come: the hop, which is the circuit's from now on.
     *
     * @throws ProtocolViolation if it answers nothing
     * @throws HandshakeException if it is false; the handshake is still to {@link #fail} then
     */
    Hop finish(CellCommand answer, Bytes reply, int index) throws ProtocolViolation, HandshakeException {
        Pending finished = pending;
        if (finished == null || !finished.answer().equals(answer)) {
            throw new ProtocolViolation("the answer to a handshake that is not under way");
        }
        Hop hop;
        try (HandshakeResult result = finished.handshake().finish(reply)) {
            ClientHopCrypto crypto = Handshakes.relayCrypto(finished.target(), result);
            hop = new Hop(index, crypto, Handshakes.flow(parameters), random);
        }
        pending = null;
        afterUnlock.add(() -> finished.done().complete(null));
        return hop;
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
