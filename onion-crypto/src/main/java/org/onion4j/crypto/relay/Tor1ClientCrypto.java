package org.onion4j.crypto.relay;

import org.onion4j.crypto.handshake.KeyStream;

/**
 * The encryption that every relay knows, client's side: AES in counter mode a layer, and a running digest from end to
 * end. Threading as in {@link ClientHopCrypto}. Spec: tor-spec, "Routing relay cells" and "Relay cells"; rend-spec-v3,
 * "Using handshake key material", for the form of onion services.
 */
public final class Tor1ClientCrypto implements ClientHopCrypto {
    private final Tor1Direction forward;
    private final Tor1Direction backward;

    private Tor1ClientCrypto(Tor1Direction[] directions) {
        this.forward = directions[0];
        this.backward = directions[1];
    }

    /**
     * The encryption shared with a relay: AES-128 and SHA-1. Takes 72 bytes off the key material: Df 20, Db 20, Kf 16, Kb
     * 16. The stream stays the caller's.
     */
    public static Tor1ClientCrypto ofRelay(KeyStream keys) {
        return new Tor1ClientCrypto(Tor1Direction.both(Tor1Form.RELAY, keys));
    }

    /**
     * The encryption shared with an onion service: AES-256 and SHA3-256. Takes 128 bytes off the key material: Df 32, Db
     * 32, Kf 32, Kb 32. The stream stays the caller's.
     */
    public static Tor1ClientCrypto ofOnionService(KeyStream keys) {
        return new Tor1ClientCrypto(Tor1Direction.both(Tor1Form.ONION_SERVICE, keys));
    }

    /**
     * What {@link #ofOnionService} is at the service, for its circuit to the rendezvous point, which it builds like a
     * client: the same key material with the directions the other way round.
     */
    public static Tor1ClientCrypto ofOnionClient(KeyStream keys) {
        Tor1Direction[] directions = Tor1Direction.both(Tor1Form.ONION_SERVICE, keys);
        return new Tor1ClientCrypto(new Tor1Direction[] {directions[1], directions[0]});
    }

    @Override
    public void originate(byte[] in, int inOffset, byte[] out, int outOffset) {
        forward.originate(in, inOffset, out, outOffset);
    }

    @Override
    public void passForward(byte[] in, int inOffset, byte[] out, int outOffset) {
        forward.crypt(in, inOffset, out, outOffset);
    }

    @Override
    public boolean decryptBackward(byte[] in, int inOffset, byte[] out, int outOffset) {
        return backward.decrypt(in, inOffset, out, outOffset);
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
