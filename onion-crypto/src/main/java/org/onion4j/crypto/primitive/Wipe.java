package org.onion4j.crypto.primitive;

import java.util.Arrays;

/** Overwrites secrets that are in plain arrays for the length of a computation. */
public final class Wipe {
    private Wipe() {}

    /** Fills each array with zeros. */
    public static void all(byte[]... secrets) {
        for (byte[] secret : secrets) {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Fills the array with zeros. */
    public static void all(int[] secret) {
        Arrays.fill(secret, 0);
    }
}
