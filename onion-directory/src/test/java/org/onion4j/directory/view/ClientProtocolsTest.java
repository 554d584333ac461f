package org.onion4j.directory.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.channel.LinkProperties;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.Subprotocol;

/** What the library says it speaks, beside what its code can do: a change of either without the other fails here. */
class ClientProtocolsTest {
    private static final int MAX_VERSION = 63;

    /** Relay versions that a handshake stands for; with ntor come EXTEND2 and, for clients, link specifiers of IPv6. */
    private static Set<Integer> relayVersions(HopTarget.Handshake handshake) {
        return switch (handshake) {
            case NTOR -> Set.of(2, 3);
            case NTOR_V3 -> Set.of(4);
        };
    }

    private static Map<Subprotocol, Set<Integer>> spoken() {
        Map<Subprotocol, Set<Integer>> spoken = new EnumMap<>(Subprotocol.class);
        for (Subprotocol one : Subprotocol.values()) {
            spoken.put(
                    one,
                    switch (one) {
                        case LINK -> LinkProperties.PROTOCOLS;
                        case RELAY ->
                            Arrays.stream(HopTarget.Handshake.values())
                                    .flatMap(handshake -> relayVersions(handshake).stream())
                                    .collect(Collectors.toSet());
                        case CONS -> Set.of(1, 2);
                        case MICRODESC -> Set.of(1, 2, 3);
                        case DESC -> Set.of(1, 2, 3, 4);
                        case DIR_CACHE -> Set.of(2); // what is asked of caches: microdescriptors and diffs
                        case FLOW_CTRL -> Set.of(1); // authenticated SENDMEs; 2 comes with congestion control
                        // What is done above this module, by those that it finds relays for.
                        case HS_DIR, HS_REND -> Set.of(2); // version 3 of services
                        case HS_INTRO -> Set.of(4, 5); // the same, and limits at introduction points
                        case PADDING -> Set.of(2); // machines that hide the setup of circuits
                        case LINK_AUTH, CONFLUX -> Set.of();
                    });
        }
        return spoken;
    }

    @Test
    void current_saysWhatTheCodeCanDo_noMoreAndNoLess() {
        ProtocolVersions current = ClientProtocols.current().supported();
        spoken().forEach((subprotocol, versions) -> {
            ImmutableSortedSet.Builder<Integer> said = ImmutableSortedSet.naturalOrder();
            for (int version = 0; version <= MAX_VERSION; version++) {
                if (current.supports(subprotocol, version)) {
                    said.add(version);
                }
            }
            assertThat(said.build()).as(subprotocol.keyword()).containsExactlyInAnyOrderElementsOf(versions);
        });
    }
}
