package org.onion4j.crypto.handshake;

import org.onion4j.crypto.primitive.KdfTor;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Wipe;

/** What both sides of CREATE_FAST compute from X and Y: KH, then the circuit key material. */
final class CreateFastKeys {
    /** Size of X, Y and KH in bytes. */
    static final int LEN = 20;

    final byte[] kh = new byte[LEN];
    final KeyExpansion keys;

    CreateFastKeys(byte[] x, byte[] y) {
        byte[] k0 = new byte[2 * LEN];
        System.arraycopy(x, 0, k0, 0, LEN);
        System.arraycopy(y, 0, k0, LEN, LEN);
        keys = KdfTor.expand(k0);
        keys.fill(kh);
        Wipe.all(k0);
    }
}
