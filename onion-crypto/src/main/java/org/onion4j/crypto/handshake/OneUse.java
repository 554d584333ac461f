package org.onion4j.crypto.handshake;

import static com.google.common.base.Preconditions.checkState;

/** Lets a handshake be finished once, and not after it is closed. */
final class OneUse {
    private boolean spent;

    void take() {
        checkState(!spent, "the handshake is over");
        spent = true;
    }

    void spend() {
        spent = true;
    }
}
