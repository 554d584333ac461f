package org.onion4j.hs.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class DirectoryRingTest {
    static Stream<Vector> rings() {
        return Vectors.stream("hs-ring");
    }

    static Stream<Vector> indexes() {
        return Vectors.stream("hs-indexes");
    }

    static Stream<Vector> disasters() {
        return Vectors.stream("srv-disaster");
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void index_vector_matches(Vector v) {
        TimePeriod period = period(v);
        Bytes index = v.text("kind").equals("hs_index")
                ? RingHashes.service(v.bytes("blinded_public"), v.integer("replica"), period)
                : RingHashes.directory(new Ed25519Identity(v.bytes("ed25519_identity")), v.bytes("srv"), period);
        assertThat(index).isEqualTo(v.bytes("index"));
    }

    @ParameterizedTest
    @MethodSource("disasters")
    void disaster_vector_matches(Vector v) {
        assertThat(RingHashes.disaster(period(v))).isEqualTo(v.bytes("srv"));
    }

    @ParameterizedTest
    @MethodSource("rings")
    void responsible_vector_matches(Vector v) {
        TimePeriod period = period(v);
        Map<Bytes, String> byIndex = new HashMap<>();
        for (String one : v.texts("directories")) {
            Ed25519Identity identity = new Ed25519Identity(Bytes.fromHex(one));
            byIndex.put(RingHashes.directory(identity, v.bytes("srv"), period), one);
        }
        List<Bytes> sorted = new ArrayList<>(byIndex.keySet());
        sorted.sort(null);
        for (String what : new String[] {"fetch", "store"}) {
            Set<Integer> chosen = DirectoryRing.responsible(
                    sorted, v.bytes("blinded_public"), period, v.integer("n_replicas"), v.integer("spread_" + what));
            assertThat(chosen.stream().map(place -> byIndex.get(sorted.get(place))))
                    .containsExactlyElementsOf(v.texts(what));
        }
    }

    @Test
    void responsible_noDirectory_isNobody() {
        assertThat(DirectoryRing.responsible(List.of(), Bytes.EMPTY, new TimePeriod(1, 1440), 2, 3))
                .isEmpty();
    }

    private static TimePeriod period(Vector v) {
        return new TimePeriod(v.number("period_number"), v.integer("period_length"));
    }
}
