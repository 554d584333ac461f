package org.onion4j.api.internal;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;

/**
 * An onion service to host.
 *
 * @param name under which it is kept, checked; empty if nothing of it is to be kept
 * @param key its identity key, expanded (64 bytes), which the engine takes over; empty if the one kept is to be used, or a
 *     new one
 * @param introductionPoints how many, 1 to 20
 * @param rate what these are asked to pass on at most; empty for what the network says
 * @param work what proof of work it asks for, if it does
 * @param maxStreamsPerCircuit how many streams a circuit may have open; 0 for no limit
 * @param closeCircuitAtStreamLimit whether a circuit is closed that wants more
 * @param clients the X25519 keys of those who may find it; empty for everybody
 * @param streams gets each stream that arrives, on the engine's threads; must not block
 * @param events is told what happens, on the engine's threads; must not block
 */
public record HostRequest(
        Optional<String> name,
        Optional<SecretBytes> key,
        int introductionPoints,
        Optional<IntroductionRate> rate,
        Optional<WorkDemand> work,
        int maxStreamsPerCircuit,
        boolean closeCircuitAtStreamLimit,
        ImmutableSet<Bytes> clients,
        Consumer<ArrivingStream> streams,
        Consumer<OnionServiceEvent> events) {
    /** Without anything that tells which service it is. */
    @Override
    public String toString() {
        return "HostRequest";
    }
}
