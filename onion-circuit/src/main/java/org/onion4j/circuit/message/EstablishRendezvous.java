package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * ESTABLISH_RENDEZVOUS: a client asks a relay to be its rendezvous point. Spec: rend-spec-v3, "Establishing a rendezvous
 * point". Data: RENDEZVOUS_COOKIE 20 bytes and nothing else.
 *
 * @param cookie by which the service names this circuit, 20 bytes
 */
public record EstablishRendezvous(Bytes cookie) implements RelayMessage {
    /** Size in bytes of a rendezvous cookie. */
    public static final int COOKIE_LEN = 20;

    public EstablishRendezvous {
        checkArgument(cookie.size() == COOKIE_LEN, "rendezvous cookie of %s bytes", cookie.size());
    }

    static EstablishRendezvous decode(WireReader in) throws WireFormatException {
        Bytes cookie = in.bytes(COOKIE_LEN, "RENDEZVOUS_COOKIE");
        in.expectEnd("ESTABLISH_RENDEZVOUS"); // as relays insist
        return new EstablishRendezvous(cookie);
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.ESTABLISH_RENDEZVOUS;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(cookie);
    }

    /** Without the cookie: who knows it can take the service's place. */
    @Override
    public String toString() {
        return "EstablishRendezvous";
    }
}
