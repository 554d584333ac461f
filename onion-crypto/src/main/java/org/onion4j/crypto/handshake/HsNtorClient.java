package org.onion4j.crypto.handshake;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * hs-ntor, client's side: the handshake with an onion service, by way of an introduction point and back by way of the
 * rendezvous point. {@link #seal} makes the encrypted part of INTRODUCE1; {@link #finish} takes HANDSHAKE_INFO of
 * RENDEZVOUS2 (Y 32 bytes, AUTH_INPUT_MAC 32). Spec: rend-spec-v3, "Introduction handshake encryption requirements",
 * "Joining to a rendezvous point".
 */
public final class HsNtorClient implements ClientHandshake {
    private final OneUse use = new OneUse();
    private final Bytes authKey;
    private final Bytes serviceKey;
    private final Bytes subcredential;
    private final X25519 ephemeral;

    /**
     * Draws an ephemeral key.
     *
     * @param authKey of the introduction point, 32 bytes
     * @param serviceKey B, the service's encryption key at that introduction point, 32 bytes
     * @param subcredential of the service in the time period of the descriptor, 32 bytes
     */
    public HsNtorClient(Bytes authKey, Bytes serviceKey, Bytes subcredential, RandomSource random) {
        this(authKey, serviceKey, subcredential, X25519.generate(random));
    }

    HsNtorClient(Bytes authKey, Bytes serviceKey, Bytes subcredential, X25519 ephemeral) {
        checkArgument(serviceKey.size() == X25519.LEN, "encryption key of %s bytes", serviceKey.size());
        this.authKey = authKey;
        this.serviceKey = serviceKey;
        this.subcredential = subcredential;
        this.ephemeral = ephemeral;
    }

    /** CLIENT_PK: X, 32 bytes. */
    @Override
    public Bytes onionskin() {
        return ephemeral.publicKey();
    }

    /**
     * The encrypted part of INTRODUCE1: CLIENT_PK 32 bytes, the encrypted text, MAC 32 bytes.
     *
     * @param header all of INTRODUCE1 before this part
     * @throws HandshakeException if the service's key is of small order, so that no secret can be shared with it
     */
    public Bytes seal(Bytes header, Bytes plaintext) throws HandshakeException {
        byte[] shared = new byte[X25519.LEN];
        boolean good = ephemeral.agree(serviceKey, shared, 0);
        Bytes x = ephemeral.publicKey();
        try (HsNtorKeys.Introduction keys =
                new HsNtorKeys.Introduction(shared, authKey, x, serviceKey, subcredential)) {
            Bytes ciphertext = keys.crypt(plaintext);
            Bytes sealed = Bytes.concat(x, ciphertext, Bytes.copyOf(keys.mac(header, x, ciphertext)));
            if (!good) {
                throw new HandshakeException("an onion service's key is of small order");
            }
            return sealed;
        } finally {
            Wipe.all(shared);
        }
    }

    @Override
    public HandshakeResult finish(Bytes handshakeInfo) throws HandshakeException {
        use.take();
        try (ephemeral) {
            if (handshakeInfo.size() < HsNtorKeys.REPLY_LEN) {
                throw new HandshakeException("onion service's answer of " + handshakeInfo.size() + " bytes");
            }
            Bytes y = handshakeInfo.slice(0, X25519.LEN);
            byte[] shared = new byte[2 * X25519.LEN];
            boolean goodY = ephemeral.agree(y, shared, 0);
            boolean goodB = ephemeral.agree(serviceKey, shared, X25519.LEN);
            try (HsNtorKeys.Rendezvous derived =
                    new HsNtorKeys.Rendezvous(shared, authKey, serviceKey, ephemeral.publicKey(), y)) {
                Bytes mac = handshakeInfo.slice(X25519.LEN, HsNtorKeys.REPLY_LEN);
                if (!ConstantTime.all(goodY, goodB, ConstantTime.equal(mac, derived.authInputMac()))) {
                    throw new HandshakeException("the answer isn't the onion service's");
                }
                return new HandshakeResult(new DerivedKeyStream(derived.keys()), Bytes.EMPTY);
            } finally {
                Wipe.all(shared);
            }
        }
    }

    @Override
    public void close() {
        use.spend();
        ephemeral.close();
    }
}
