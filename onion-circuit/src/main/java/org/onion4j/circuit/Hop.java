package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkState;

import org.onion4j.circuit.flow.HopFlow;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * One hop of a circuit: its encryption and its flow control, both chosen when its handshake ended.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class Hop {
    /** Bytes at the end of a DATA message that are left to random padding, and the 4 zero bytes before them. */
    private static final int RANDOM_ROOM_BYTES = 20;
    /** A DATA message with random padding is sent within this many and twice as many: see {@link #nextDataLen}. */
    private static final int RANDOM_AFTER_CELLS = 50;

    private final int index;
    private final ClientHopCrypto crypto;
    private final HopFlow flow;
    private final RandomSource random;
    private SecretBytes kh; // null unless it may still be needed
    private boolean randomSent; // since the last message that a SENDME will acknowledge
    private int cellsUntilRandom;

    /** @param kh what the handshake left for authenticating ESTABLISH_INTRO, or null; the hop's from now on */
    Hop(int index, ClientHopCrypto crypto, HopFlow flow, SecretBytes kh, RandomSource random) {
        this.kh = kh;
        this.index = index;
        this.crypto = crypto;
        this.flow = flow;
        this.random = random;
        resetRandom();
    }

    /** Its place in the circuit, from 0. */
    int index() {
        return index;
    }

    ClientHopCrypto crypto() {
        return crypto;
    }

    HopFlow flow() {
        return flow;
    }

    /** KH of its handshake, which the caller closes: it is here once, and while the hop is the last one. */
    SecretBytes takeKh() {
        checkState(kh != null, "the hop's KH is not there, or not any more");
        SecretBytes taken = kh;
        kh = null;
        return taken;
    }

    /** Wipes KH. */
    void forgetKh() {
        if (kh != null) {
            kh.close();
            kh = null;
        }
    }

    /** Forgets its keys: nothing else may be called afterwards. */
    void close() {
        forgetKh();
        crypto.close();
    }

    /**
     * How many bytes the next DATA message may carry. Now and then one is left shorter than it could be, so that its
     * padding makes the tag of the next SENDME impossible to foresee. Spec: tor-spec, "SENDME message format"
     * (proposal 289).
     */
    int nextDataLen() {
        return !randomSent && cellsUntilRandom <= 0
                ? RelayBody.MAX_DATA_LEN - RANDOM_ROOM_BYTES
                : RelayBody.MAX_DATA_LEN;
    }

    /** A DATA message of that many bytes has been encrypted: asks the flow control for a SENDME when one is due. */
    void onDataSent(int length) {
        if (length <= RelayBody.MAX_DATA_LEN - RANDOM_ROOM_BYTES) {
            randomSent = true;
        }
        cellsUntilRandom--;
        if (flow.onDataSent()) {
            flow.expectSendme(crypto.forwardTag());
            resetRandom();
        }
    }

    private void resetRandom() {
        randomSent = false;
        cellsUntilRandom = RANDOM_AFTER_CELLS + random.nextInt(RANDOM_AFTER_CELLS);
    }
}
