package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomSource;

/** CREATE_FAST, relay's side. Spec: tor-spec, "CREATE_FAST/CREATED_FAST cells". Any thread. */
public final class CreateFastServer {
    private CreateFastServer() {}

    /**
     * Answers an onionskin.
     *
     * @throws HandshakeException if it hasn't {@link CreateFastClient#ONIONSKIN_LEN} bytes
     */
    public static ServerReply answer(Bytes onionskin, RandomSource random) throws HandshakeException {
        if (onionskin.size() != CreateFastClient.ONIONSKIN_LEN) {
            throw new HandshakeException("CREATE_FAST of " + onionskin.size() + " bytes");
        }
        byte[] y = random.bytes(CreateFastKeys.LEN);
        CreateFastKeys derived = new CreateFastKeys(onionskin.toArray(), y);
        Bytes reply = Bytes.concat(Bytes.copyOf(y), Bytes.copyOf(derived.kh));
        return new ServerReply(reply, new DerivedKeyStream(derived.keys));
    }
}
