package org.onion4j.crypto.pow;

import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * One function of the family HashX, from 64 bits to 64 bits: a program that its seed chose, run on registers that key and
 * input filled. Immutable: any thread. Spec: proposal 327, "Proof-of-work algorithm v1"; the design of HashX.
 */
final class HashX {
    private final HashXKeys keys;
    private final HashXProgram program;

    private HashX(HashXKeys keys, HashXProgram program) {
        this.keys = keys;
        this.program = program;
    }

    /** The function of a seed; about one in 35,000 has none. */
    static Optional<HashX> of(Bytes seed) {
        HashXKeys keys = HashXKeys.of(seed);
        return HashXProgram.generate(keys).map(program -> new HashX(keys, program));
    }

    /** The hash of one input. */
    long hash(long input) {
        long[] out = new long[1];
        hash(input, new HashXLanes(1), out, 0);
        return out[0];
    }

    /** The hashes of consecutive inputs, as many as there are lanes. */
    void hash(long firstInput, HashXLanes lanes, long[] out, int offset) {
        for (int lane = 0; lane < lanes.count(); lane++) {
            fill(firstInput + lane, lanes, lane);
        }
        lanes.run(program);
        for (int lane = 0; lane < lanes.count(); lane++) {
            out[offset + lane] = finish(lanes, lane);
        }
    }

    private long key(int index) {
        return keys.word(HashXKeys.HASH + index);
    }

    /** What the registers of a lane hold at first. */
    private void fill(long input, HashXLanes lanes, int lane) {
        SipState state = new SipState(key(0), key(1) ^ 0xee, key(2), key(3) ^ input);
        state.rounds(2);
        state.v0 ^= input;
        state.v2 ^= 0xee;
        state.rounds(4);
        lanes.set(lane, 0, state);
        state.v1 ^= 0xdd;
        state.rounds(4);
        lanes.set(lane, 4, state);
    }

    private long finish(HashXLanes lanes, int lane) {
        SipState low = lanes.get(lane, 0);
        SipState high = lanes.get(lane, 4);
        low.v0 += key(0);
        low.v1 += key(1);
        high.v2 += key(2);
        high.v3 += key(3);
        low.rounds(1);
        high.rounds(1);
        return low.v0 ^ high.v0;
    }
}
