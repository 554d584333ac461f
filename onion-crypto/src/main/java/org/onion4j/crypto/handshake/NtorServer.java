package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/** ntor, relay's side: handshake type 2. Spec: tor-spec, "The ntor handshake". Not for more than one thread a key. */
public final class NtorServer {
    private NtorServer() {}

    /**
     * Answers an onionskin.
     *
     * @param id the relay's own RSA identity
     * @param onionKey the relay's ntor onion key; stays the caller's
     * @throws HandshakeException if the onionskin has a wrong size, is for another relay or onion key, or its key is of
     *     small order
     */
    public static ServerReply answer(RsaIdentity id, X25519 onionKey, Bytes onionskin, RandomSource random)
            throws HandshakeException {
        if (onionskin.size() != NtorClient.ONIONSKIN_LEN) {
            throw new HandshakeException("ntor onionskin of " + onionskin.size() + " bytes");
        }
        Bytes b = onionKey.publicKey();
        int head = RsaIdentity.LEN + X25519.LEN;
        if (!onionskin.slice(0, head).equals(Bytes.concat(id.value(), b))) {
            throw new HandshakeException("ntor onionskin for another relay or onion key");
        }
        Bytes x = onionskin.slice(head, NtorClient.ONIONSKIN_LEN);
        byte[] shared = new byte[2 * X25519.LEN];
        try (X25519 ephemeral = X25519.generate(random)) {
            boolean goodXy = ephemeral.agree(x, shared, 0);
            boolean goodXb = onionKey.agree(x, shared, X25519.LEN);
            Bytes y = ephemeral.publicKey();
            NtorKeys derived = new NtorKeys(shared, id, b, x, y);
            if (!ConstantTime.all(goodXy, goodXb)) {
                derived.keys.close();
                throw new HandshakeException("the client's key is of small order");
            }
            return new ServerReply(Bytes.concat(y, Bytes.copyOf(derived.auth)), new DerivedKeyStream(derived.keys));
        } finally {
            Wipe.all(shared);
        }
    }
}
