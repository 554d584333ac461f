package org.onion4j.crypto.handshake;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * ntor, client's side: handshake type 2. Onionskin: ID 20 bytes, B 32, X 32. Reply: Y 32, AUTH 32. Spec: tor-spec, "The
 * ntor handshake".
 */
public final class NtorClient implements ClientHandshake {
    /** Size of the onionskin in bytes. */
    public static final int ONIONSKIN_LEN = RsaIdentity.LEN + 2 * X25519.LEN;
    /** Size of the reply in bytes. */
    public static final int REPLY_LEN = X25519.LEN + 32;

    private final OneUse use = new OneUse();
    private final RsaIdentity id;
    private final Bytes onionKey;
    private final X25519 ephemeral;

    /**
     * Draws an ephemeral key.
     *
     * @param id the relay's RSA identity
     * @param ntorOnionKey the relay's ntor onion key B, 32 bytes
     */
    public NtorClient(RsaIdentity id, Bytes ntorOnionKey, RandomSource random) {
        checkArgument(ntorOnionKey.size() == X25519.LEN, "ntor onion key of %s bytes", ntorOnionKey.size());
        this.id = id;
        this.onionKey = ntorOnionKey;
        this.ephemeral = X25519.generate(random);
    }

    @Override
    public Bytes onionskin() {
        return Bytes.concat(id.value(), onionKey, ephemeral.publicKey());
    }

    @Override
    public HandshakeResult finish(Bytes reply) throws HandshakeException {
        use.take();
        try (ephemeral) {
            if (reply.size() != REPLY_LEN) {
                throw new HandshakeException("ntor reply of " + reply.size() + " bytes");
            }
            Bytes y = reply.slice(0, X25519.LEN);
            byte[] shared = new byte[2 * X25519.LEN];
            boolean goodY = ephemeral.agree(y, shared, 0);
            boolean goodB = ephemeral.agree(onionKey, shared, X25519.LEN);
            NtorKeys derived = new NtorKeys(shared, id, onionKey, ephemeral.publicKey(), y);
            Wipe.all(shared);
            boolean goodAuth = ConstantTime.equal(reply.slice(X25519.LEN, REPLY_LEN), derived.auth);
            if (!ConstantTime.all(goodY, goodB, goodAuth)) {
                derived.keys.close();
                throw new HandshakeException("the ntor reply isn't the relay's");
            }
            return new HandshakeResult(new DerivedKeyStream(derived.keys), Bytes.EMPTY);
        }
    }

    @Override
    public void close() {
        use.spend();
        ephemeral.close();
    }
}
