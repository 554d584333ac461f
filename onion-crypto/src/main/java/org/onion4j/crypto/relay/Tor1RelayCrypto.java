package org.onion4j.crypto.relay;

import org.onion4j.crypto.handshake.KeyStream;

/**
 * The relay's side of {@link Tor1ClientCrypto}, or an onion service's. Threading as in {@link RelayHopCrypto}. Spec:
 * tor-spec, "Routing relay cells" and "Relay cells".
 */
public final class Tor1RelayCrypto implements RelayHopCrypto {
    private final Tor1Direction forward;
    private final Tor1Direction backward;

    private Tor1RelayCrypto(Tor1Direction[] directions) {
        this.forward = directions[0];
        this.backward = directions[1];
    }

    /** A relay's: AES-128 and SHA-1, 72 bytes of key material as in {@link Tor1ClientCrypto#ofRelay}. */
    public static Tor1RelayCrypto ofRelay(KeyStream keys) {
        return new Tor1RelayCrypto(Tor1Direction.both(Tor1Form.RELAY, keys));
    }

    /**
     * An onion service's: AES-256 and SHA3-256, 128 bytes of key material as in {@link Tor1ClientCrypto#ofOnionService}.
     */
    public static Tor1RelayCrypto ofOnionService(KeyStream keys) {
        return new Tor1RelayCrypto(Tor1Direction.both(Tor1Form.ONION_SERVICE, keys));
    }

    @Override
    public boolean decryptForward(byte[] in, int inOffset, byte[] out, int outOffset) {
        return forward.decrypt(in, inOffset, out, outOffset);
    }

    @Override
    public void originate(byte[] in, int inOffset, byte[] out, int outOffset) {
        backward.originate(in, inOffset, out, outOffset);
    }

    @Override
    public void passBackward(byte[] in, int inOffset, byte[] out, int outOffset) {
        backward.crypt(in, inOffset, out, outOffset);
    }

    @Override
    public byte[] forwardTag() {
        return forward.tag();
    }

    @Override
    public byte[] backwardTag() {
        return backward.tag();
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
    }
}
