package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;

/**
 * The client's half of one circuit handshake: made with the relay's public keys, it gives the onionskin to send and
 * turns the relay's answer into keys. Holds secrets until it is closed; {@link #finish} closes it whatever the outcome.
 *
 * <p>Threading: confined to one thread at a time.
 *
 * <p>Spec: tor-spec, "CREATE and CREATED cells".
 */
public interface ClientHandshake extends AutoCloseable {
    /** The handshake data to send: HDATA of CREATE2 or EXTEND2, or the body of CREATE_FAST without padding. */
    Bytes onionskin();

    /**
     * Checks the relay's answer and derives the keys. Only once: whether it succeeds or fails, the handshake is closed.
     *
     * @param reply HDATA of CREATED2 or EXTENDED2, or the body of CREATED_FAST without padding
     * @return keys and message of the relay, which the caller closes
     * @throws HandshakeException if the answer has a wrong length or isn't the relay's
     * @throws IllegalStateException if the handshake has been finished or closed
     */
    HandshakeResult finish(Bytes reply) throws HandshakeException;

    /** Wipes the secrets. Doing so again has no effect. */
    @Override
    void close();
}
