package org.onion4j.circuit.testing;

import org.onion4j.crypto.relay.ClientHopCrypto;
import org.onion4j.crypto.relay.RelayHopCrypto;

/**
 * The layer that an onion service shares with its client, at the client: for the service's circuit that client is where
 * a relay would be, and does with its own encryption what a relay does.
 */
final class FarClientCrypto implements RelayHopCrypto {
    private final ClientHopCrypto client;

    FarClientCrypto(ClientHopCrypto client) {
        this.client = client;
    }

    @Override
    public boolean decryptForward(byte[] in, int inOffset, byte[] out, int outOffset) {
        return client.decryptBackward(in, inOffset, out, outOffset);
    }

    @Override
    public void originate(byte[] in, int inOffset, byte[] out, int outOffset) {
        client.originate(in, inOffset, out, outOffset);
    }

    @Override
    public void passBackward(byte[] in, int inOffset, byte[] out, int outOffset) {
        client.passForward(in, inOffset, out, outOffset);
    }

    @Override
    public byte[] forwardTag() {
        return client.backwardTag();
    }

    @Override
    public byte[] backwardTag() {
        return client.forwardTag();
    }

    @Override
    public void close() {
        client.close();
    }
}
