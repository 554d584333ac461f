package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * RENDEZVOUS2: the service has come; both circuits are joined from now on. Spec: rend-spec-v3, "Joining to a rendezvous
 * point". Data: HANDSHAKE_INFO up to the end.
 *
 * @param handshakeInfo the service's part of the handshake, as it was in RENDEZVOUS1
 */
public record Rendezvous2(Bytes handshakeInfo) implements RelayMessage {
    static Rendezvous2 decode(WireReader in) {
        return new Rendezvous2(in.rest());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.RENDEZVOUS2;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(handshakeInfo);
    }

    /** Without the handshake. */
    @Override
    public String toString() {
        return "Rendezvous2";
    }
}
