package org.onion4j.hs.service;

/** An introduction is not followed. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    RefusedException(Refusal refusal, Throwable cause) {
        super(refusal.text(), cause);
        this.refusal = refusal;
    }

    RefusedException(Refusal refusal) {
        this(refusal, null);
    }

    Refusal refusal() {
        return refusal;
    }
}
