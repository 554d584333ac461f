package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.WireWriter;

/**
 * RENDEZVOUS_ESTABLISHED: the relay is a rendezvous point now. Spec: rend-spec-v3, "Establishing a rendezvous point".
 * Data: none; what is there is passed over.
 */
public record RendezvousEstablished() implements RelayMessage {
    @Override
    public RelayCommand command() {
        return RelayCommand.RENDEZVOUS_ESTABLISHED;
    }

    @Override
    public void encode(WireWriter out) {}
}
