package org.onion4j.testnet.relay;

import java.util.HashMap;
import java.util.Map;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.Rendezvous2;
import org.onion4j.circuit.message.RendezvousEstablished;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A relay as rendezvous point: circuits of clients that wait, by their cookie. Spec: rend-spec-v3, "The rendezvous
 * protocol". On the relay's loop.
 */
final class RendezvousPoints {
    private static final int COOKIE_LEN = EstablishRendezvous.COOKIE_LEN;

    private final Map<Bytes, RelayCircuit> waiting = new HashMap<>();
    private final Map<RelayCircuit, Bytes> cookies = new HashMap<>();

    /** ESTABLISH_RENDEZVOUS: the circuit waits for a service. */
    void establish(RelayCircuit circuit, Bytes cookie) {
        boolean good = circuit.purpose() == RelayCircuit.Purpose.GENERAL
                && circuit.endsHere()
                && cookie.size() == COOKIE_LEN
                && !waiting.containsKey(cookie);
        if (!good) {
            circuit.close(DestroyReason.PROTOCOL);
            return;
        }
        circuit.setPurpose(RelayCircuit.Purpose.RENDEZVOUS_WAITING);
        waiting.put(cookie, circuit);
        cookies.put(circuit, cookie);
        circuit.send(0, new RendezvousEstablished());
    }

    /** RENDEZVOUS1: tells the client that waits, and joins both circuits. */
    void rendezvous(RelayCircuit service, Bytes data) {
        boolean good =
                service.purpose() == RelayCircuit.Purpose.GENERAL && service.endsHere() && data.size() >= COOKIE_LEN;
        RelayCircuit client = good ? waiting.get(data.slice(0, COOKIE_LEN)) : null;
        if (client == null) {
            service.close(DestroyReason.PROTOCOL);
            return;
        }
        remove(client);
        client.send(0, new Rendezvous2(data.slice(COOKIE_LEN, data.size())));
        client.join(service);
    }

    /** The circuit is gone, or no longer waits. */
    void remove(RelayCircuit circuit) {
        Bytes cookie = cookies.remove(circuit);
        if (cookie != null) {
            waiting.remove(cookie);
        }
    }
}
