package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.random.RandomSource;

/**
 * RENDEZVOUS1: an onion service meets a client at its rendezvous point. Spec: rend-spec-v3, "Joining to a rendezvous
 * point". Data: RENDEZVOUS_COOKIE 20 bytes, HANDSHAKE_INFO up to the end.
 *
 * @param cookie of the client's circuit, 20 bytes
 * @param handshakeInfo the service's part of the handshake with the client
 */
public record Rendezvous1(Bytes cookie, Bytes handshakeInfo) implements RelayMessage {
    /** Bytes that services have always sent: those of the handshake of version 2. */
    private static final int PADDED_LEN = 168;

    public Rendezvous1 {
        checkArgument(cookie.size() == EstablishRendezvous.COOKIE_LEN, "rendezvous cookie of %s bytes", cookie.size());
    }

    /** As services send it: with random bytes behind what the client will look at, up to the size that all have. */
    public static Rendezvous1 padded(Bytes cookie, Bytes handshakeInfo, RandomSource random) {
        int missing = Math.max(0, PADDED_LEN - cookie.size() - handshakeInfo.size());
        return new Rendezvous1(cookie, Bytes.concat(handshakeInfo, Bytes.copyOf(random.bytes(missing))));
    }

    static Rendezvous1 decode(WireReader in) throws WireFormatException {
        return new Rendezvous1(in.bytes(EstablishRendezvous.COOKIE_LEN, "RENDEZVOUS_COOKIE"), in.rest());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.RENDEZVOUS1;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(cookie).bytes(handshakeInfo);
    }

    /** Without the cookie. */
    @Override
    public String toString() {
        return "Rendezvous1";
    }
}
