package org.onion4j.crypto.relay;

/**
 * The encryption that a client shares with one hop of a circuit, over bodies of {@link #BODY_LEN} bytes. It works out
 * of place: {@code in} and {@code out} must not be the same range nor overlap, since ciphers are several times slower
 * then. The state runs on with each body, so every body must pass exactly once and in order, also those of other hops;
 * the two directions don't depend on each other.
 *
 * <p>A message to hop n: {@link #originate} at hop n, then {@link #passForward} at n-1 down to 1, each from the output
 * of the last. A body that arrives: {@link #decryptBackward} at hop 1, 2, ... until one recognises it; if none does, the
 * circuit is broken.
 *
 * <p>Threading: one thread at a time in each direction; forward and backward may run side by side. {@link #close} when
 * neither does.
 *
 * <p>Spec: tor-spec, "Routing relay cells" and "Relay cells".
 */
public interface ClientHopCrypto extends AutoCloseable {
    /** Size of the body of a RELAY or RELAY_EARLY cell, in bytes. */
    int BODY_LEN = 509;

    /**
     * Authenticates and encrypts a message that this hop is to act on. Writes into {@code in} too: the fields that
     * belong to the encryption (for the message format v0 the digest).
     *
     * @param in the encoded relay message, its recognized and digest fields zero
     */
    void originate(byte[] in, int inOffset, byte[] out, int outOffset);

    /** Adds this hop's layer to a body on its way to a later hop. */
    void passForward(byte[] in, int inOffset, byte[] out, int outOffset);

    /**
     * Takes this hop's layer off a body that arrived.
     *
     * @return whether it is a message of this hop, which {@code out} then holds in clear; if not, {@code out} is the
     *     input of the next hop
     */
    boolean decryptBackward(byte[] in, int inOffset, byte[] out, int outOffset);

    /** The tag by which the hop's SENDME acknowledges the message last originated: a copy, 20 bytes for tor1. */
    byte[] forwardTag();

    /** The tag by which our SENDME acknowledges the message last recognised: a copy, 20 bytes for tor1. */
    byte[] backwardTag();

    /** Forgets the keys as far as the platform's ciphers allow. Nothing else may be called afterwards. */
    @Override
    void close();
}
