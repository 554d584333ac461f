package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.random.RandomSource;

/**
 * CREATE_FAST, client's side: for the first hop alone, whose channel already protects it. Onionskin: X 20 bytes. Reply: Y
 * 20, KH 20. Spec: tor-spec, "CREATE_FAST/CREATED_FAST cells".
 */
public final class CreateFastClient implements ClientHandshake {
    /** Size of the onionskin in bytes. */
    public static final int ONIONSKIN_LEN = CreateFastKeys.LEN;
    /** Size of the reply in bytes. */
    public static final int REPLY_LEN = 2 * CreateFastKeys.LEN;

    private final OneUse use = new OneUse();
    private final SecretBytes x;

    /** Draws X. */
    public CreateFastClient(RandomSource random) {
        this.x = SecretBytes.adopt(random.bytes(CreateFastKeys.LEN));
    }

    @Override
    public Bytes onionskin() {
        return Bytes.copyOf(x.exposeArray());
    }

    @Override
    public HandshakeResult finish(Bytes reply) throws HandshakeException {
        use.take();
        try (x) {
            if (reply.size() != REPLY_LEN) {
                throw new HandshakeException("CREATED_FAST of " + reply.size() + " bytes");
            }
            byte[] y = reply.slice(0, CreateFastKeys.LEN).toArray();
            CreateFastKeys derived = new CreateFastKeys(x.exposeArray(), y);
            if (!ConstantTime.equal(reply.slice(CreateFastKeys.LEN, REPLY_LEN), derived.kh)) {
                derived.keys.close();
                throw new HandshakeException("CREATED_FAST doesn't prove knowledge of the key");
            }
            return new HandshakeResult(new DerivedKeyStream(derived.keys), Bytes.EMPTY);
        }
    }

    @Override
    public void close() {
        use.spend();
        x.close();
    }
}
