package org.onion4j.crypto.relay;

/**
 * The relay's mirror of {@link ClientHopCrypto}, with the same rules: one circuit at one relay, bodies of
 * {@link ClientHopCrypto#BODY_LEN} bytes, out of place, every body once and in order. An onion service is the relay here
 * for the layer it shares with its client.
 *
 * <p>Threading: one thread at a time in each direction; forward and backward may run side by side. {@link #close} when
 * neither does.
 *
 * <p>Spec: tor-spec, "Routing relay cells" and "Relay cells".
 */
public interface RelayHopCrypto extends AutoCloseable {
    /**
     * Takes the relay's layer off a body that came from the client's side.
     *
     * @return whether it is a message for this relay, which {@code out} then holds in clear; if not, {@code out} is to
     *     be sent on
     */
    boolean decryptForward(byte[] in, int inOffset, byte[] out, int outOffset);

    /**
     * Authenticates and encrypts a message of this relay to the client. Writes into {@code in} too, like
     * {@link ClientHopCrypto#originate}.
     */
    void originate(byte[] in, int inOffset, byte[] out, int outOffset);

    /** Adds the relay's layer to a body that came from the next relay. */
    void passBackward(byte[] in, int inOffset, byte[] out, int outOffset);

    /** The tag by which our SENDME acknowledges the message last recognised: a copy, 20 bytes for tor1. */
    byte[] forwardTag();

    /** The tag by which the client's SENDME acknowledges the message last originated: a copy, 20 bytes for tor1. */
    byte[] backwardTag();

    /** Forgets the keys as far as the platform's ciphers allow. Nothing else may be called afterwards. */
    @Override
    void close();
}
