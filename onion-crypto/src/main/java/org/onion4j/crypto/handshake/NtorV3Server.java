package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * ntor-v3, relay's side: handshake type 3. In two steps, since what the relay says may depend on what the client asked
 * for: {@link #receive}, then {@link #reply}. Not for more than one thread. Spec: proposal 332.
 */
public final class NtorV3Server implements AutoCloseable {
    private final OneUse use = new OneUse();
    private final Ed25519Identity id;
    private final Bytes onionKey;
    private final Bytes verification;
    private final Bytes x;
    private final byte[] xb;
    private final byte[] msgMac;
    private final Bytes clientMessage;

    private NtorV3Server(
            Ed25519Identity id, Bytes onionKey, Bytes ver, Bytes x, byte[] xb, byte[] msgMac, Bytes clientMessage) {
        this.id = id;
        this.onionKey = onionKey;
        this.verification = ver;
        this.x = x;
        this.xb = xb;
        this.msgMac = msgMac;
        this.clientMessage = clientMessage;
    }

    /**
     * Checks an onionskin and decrypts its message.
     *
     * @param id the relay's own Ed25519 identity
     * @param onionKey the relay's ntor onion key; stays the caller's
     * @throws HandshakeException if the onionskin is too short, for another relay or onion key, was altered, or its key is
     *     of small order
     */
    public static NtorV3Server receive(Ed25519Identity id, X25519 onionKey, Bytes onionskin) throws HandshakeException {
        return receive(id, onionKey, onionskin, NtorV3Keys.CIRCUIT_VERIFICATION);
    }

    static NtorV3Server receive(Ed25519Identity id, X25519 onionKey, Bytes onionskin, Bytes verification)
            throws HandshakeException {
        if (onionskin.size() < NtorV3Client.ONIONSKIN_OVERHEAD) {
            throw new HandshakeException("ntor-v3 onionskin of " + onionskin.size() + " bytes");
        }
        Bytes b = onionKey.publicKey();
        int head = Ed25519Identity.LEN + X25519.LEN;
        if (!onionskin.slice(0, head).equals(Bytes.concat(id.value(), b))) {
            throw new HandshakeException("ntor-v3 onionskin for another relay or onion key");
        }
        int macAt = onionskin.size() - NtorV3Keys.MAC_LEN;
        Bytes x = onionskin.slice(head, head + X25519.LEN);
        Bytes encrypted = onionskin.slice(head + X25519.LEN, macAt);
        byte[] xb = new byte[X25519.LEN];
        boolean goodX = onionKey.agree(x, xb, 0);
        try (NtorV3Keys.Message keys = new NtorV3Keys.Message(xb, id, x, b, verification)) {
            byte[] msgMac = keys.mac(onionskin.slice(0, macAt));
            boolean goodMac = ConstantTime.equal(onionskin.slice(macAt, onionskin.size()), msgMac);
            if (!ConstantTime.all(goodX, goodMac)) {
                Wipe.all(xb);
                throw new HandshakeException("the ntor-v3 onionskin was altered");
            }
            return new NtorV3Server(id, b, verification, x, xb, msgMac, keys.crypt(encrypted));
        }
    }

    /** What the client asks for, as {@link NtorV3Extensions} frames it. */
    public Bytes clientMessage() {
        return clientMessage;
    }

    /**
     * Answers, once.
     *
     * @param message what to tell the client, as {@link NtorV3Extensions} frames it
     * @throws HandshakeException if the client's key is of small order
     */
    public ServerReply reply(Bytes message, RandomSource random) throws HandshakeException {
        use.take();
        byte[] shared = new byte[2 * X25519.LEN];
        try (X25519 ephemeral = X25519.generate(random)) {
            boolean goodX = ephemeral.agree(x, shared, 0);
            System.arraycopy(xb, 0, shared, X25519.LEN, X25519.LEN);
            Bytes y = ephemeral.publicKey();
            try (NtorV3Keys.Circuit derived = new NtorV3Keys.Circuit(shared, id, onionKey, x, y, verification)) {
                if (!goodX) {
                    derived.keys.close();
                    throw new HandshakeException("the client's key is of small order");
                }
                Bytes encrypted = derived.crypt(message);
                Bytes auth = Bytes.copyOf(derived.auth(msgMac, encrypted));
                return new ServerReply(Bytes.concat(y, auth, encrypted), new DerivedKeyStream(derived.keys));
            }
        } finally {
            Wipe.all(shared);
            close();
        }
    }

    @Override
    public void close() {
        use.spend();
        Wipe.all(xb);
    }
}
