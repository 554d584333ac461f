package org.onion4j.circuit;

import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.flow.FixedWindowFlow;
import org.onion4j.circuit.flow.HopFlow;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.handshake.NtorClient;
import org.onion4j.crypto.handshake.NtorV3Client;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;
import org.onion4j.crypto.relay.Tor1ClientCrypto;

/**
 * What a hop's handshake decides: which one it is, what is asked for in it, and which relay encryption and flow control
 * follow from the answer. The one place that another encryption (CGO) or congestion control has to be added to.
 */
final class Handshakes {
    private Handshakes() {}

    static HandshakeType type(HopTarget target) {
        return target.handshake() == HopTarget.Handshake.NTOR_V3 ? HandshakeType.NTOR_V3 : HandshakeType.NTOR;
    }

    static ClientHandshake client(HopTarget target, RandomSource random) {
        if (target.handshake() == HopTarget.Handshake.NTOR_V3) {
            return new NtorV3Client(
                    target.ed25519Identity().get(), target.ntorOnionKey(), NtorV3Extensions.NONE.encode(), random);
        }
        return new NtorClient(target.rsaIdentity(), target.ntorOnionKey(), random);
    }

    /**
     * The hop's encryption.
     *
     * @param target null for a hop made by CREATE_FAST
     * @throws HandshakeException if the relay answered with what was not asked for
     */
    static ClientHopCrypto relayCrypto(HopTarget target, HandshakeResult result) throws HandshakeException {
        if (target != null && target.handshake() == HopTarget.Handshake.NTOR_V3) {
            checkExtensions(result.serverMessage());
        }
        return Tor1ClientCrypto.ofRelay(result.keys());
    }

    /** We asked for nothing, so nothing may have been granted; fields that we don't know are passed over. */
    private static void checkExtensions(Bytes message) throws HandshakeException {
        try {
            if (NtorV3Extensions.decode(message)
                    .first(NtorV3Extensions.CC_RESPONSE)
                    .isPresent()) {
                throw new HandshakeException("congestion control granted that was not asked for");
            }
        } catch (WireFormatException e) {
            throw new HandshakeException("a malformed ntor-v3 message", e);
        }
    }

    static HopFlow flow(CircuitParameters parameters) {
        return new FixedWindowFlow(parameters.circuitWindow());
    }
}
