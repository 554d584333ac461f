package org.onion4j.crypto.handshake;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * ntor-v3, client's side: handshake type 3, which carries an encrypted message each way. Onionskin: ID 32 bytes, B 32, X
 * 32, the encrypted message, its MAC 32. Reply: Y 32, AUTH 32, the relay's encrypted message. Spec: proposal 332.
 */
public final class NtorV3Client implements ClientHandshake {
    /** Size of an onionskin without its message, in bytes. */
    public static final int ONIONSKIN_OVERHEAD = Ed25519Identity.LEN + 2 * X25519.LEN + NtorV3Keys.MAC_LEN;
    /** Size of a reply without its message, in bytes. */
    public static final int REPLY_OVERHEAD = X25519.LEN + NtorV3Keys.AUTH_LEN;

    private final OneUse use = new OneUse();
    private final Ed25519Identity id;
    private final Bytes onionKey;
    private final Bytes verification;
    private final X25519 ephemeral;
    private final byte[] shared = new byte[2 * X25519.LEN]; // Yx, then Bx
    private final boolean goodB;
    private final byte[] msgMac;
    private final Bytes onionskin;

    /**
     * Draws an ephemeral key and encrypts the message. An onion key of small order shows only in {@link #finish}, which
     * then fails: whatever such a relay is told is no secret.
     *
     * @param id the relay's Ed25519 identity
     * @param ntorOnionKey the relay's ntor onion key B, 32 bytes
     * @param message what to tell the relay, as {@link NtorV3Extensions} frames it
     */
    public NtorV3Client(Ed25519Identity id, Bytes ntorOnionKey, Bytes message, RandomSource random) {
        this(id, ntorOnionKey, message, NtorV3Keys.CIRCUIT_VERIFICATION, random);
    }

    NtorV3Client(Ed25519Identity id, Bytes ntorOnionKey, Bytes message, Bytes verification, RandomSource random) {
        checkArgument(ntorOnionKey.size() == X25519.LEN, "ntor onion key of %s bytes", ntorOnionKey.size());
        this.id = id;
        this.onionKey = ntorOnionKey;
        this.verification = verification;
        this.ephemeral = X25519.generate(random);
        byte[] bx = new byte[X25519.LEN];
        this.goodB = ephemeral.agree(onionKey, bx, 0);
        System.arraycopy(bx, 0, shared, X25519.LEN, X25519.LEN);
        Bytes x = ephemeral.publicKey();
        try (NtorV3Keys.Message keys = new NtorV3Keys.Message(bx, id, x, onionKey, verification)) {
            Bytes signed = Bytes.concat(id.value(), onionKey, x, keys.crypt(message));
            this.msgMac = keys.mac(signed);
            this.onionskin = Bytes.concat(signed, Bytes.copyOf(msgMac));
        }
        Wipe.all(bx);
    }

    @Override
    public Bytes onionskin() {
        return onionskin;
    }

    @Override
    public HandshakeResult finish(Bytes reply) throws HandshakeException {
        use.take();
        try {
            if (reply.size() < REPLY_OVERHEAD) {
                throw new HandshakeException("ntor-v3 reply of " + reply.size() + " bytes");
            }
            Bytes y = reply.slice(0, X25519.LEN);
            Bytes auth = reply.slice(X25519.LEN, REPLY_OVERHEAD);
            Bytes encrypted = reply.slice(REPLY_OVERHEAD, reply.size());
            boolean goodY = ephemeral.agree(y, shared, 0);
            try (NtorV3Keys.Circuit derived =
                    new NtorV3Keys.Circuit(shared, id, onionKey, ephemeral.publicKey(), y, verification)) {
                boolean goodAuth = ConstantTime.equal(auth, derived.auth(msgMac, encrypted));
                if (!ConstantTime.all(goodY, goodB, goodAuth)) {
                    derived.keys.close();
                    throw new HandshakeException("the ntor-v3 reply isn't the relay's");
                }
                return new HandshakeResult(new DerivedKeyStream(derived.keys), derived.crypt(encrypted));
            }
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        use.spend();
        ephemeral.close();
        Wipe.all(shared);
    }
}
