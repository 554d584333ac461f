package org.onion4j.crypto.pow;

/** The four words that SipHash mixes. For one thread. Spec: the rounds of SipHash (Aumasson, Bernstein 2012). */
final class SipState {
    long v0;
    long v1;
    long v2;
    long v3;

    SipState(long v0, long v1, long v2, long v3) {
        this.v0 = v0;
        this.v1 = v1;
        this.v2 = v2;
        this.v3 = v3;
    }

    /** Mixes so many times. */
    void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
