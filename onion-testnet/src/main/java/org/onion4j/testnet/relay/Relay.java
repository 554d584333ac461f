package org.onion4j.testnet.relay;

/** Placeholder. */
public final class Relay {
    private Relay() {}
}
