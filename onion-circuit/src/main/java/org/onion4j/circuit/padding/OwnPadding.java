package org.onion4j.circuit.padding;

/** Whether we send DROPs of our own, or only let the hop send its own. */
public enum OwnPadding {
    SENT,
    /** The network limits the share of padding. */
    LEFT_OUT
}
