package org.onion4j.testnet.relay;

/** The handshake by which a circuit came to a relay. */
public enum HandshakeKind {
    FAST,
    NTOR,
    NTOR_V3
}
