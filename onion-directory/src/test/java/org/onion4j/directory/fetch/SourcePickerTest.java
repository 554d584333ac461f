package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.fetch.SourcePicker.Preference;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.SyntheticNetwork;

class SourcePickerTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final SeededRandom random = new SeededRandom(3);
    private final NetworkDescription network = new FakeDirectories(new FakeRuntime(Instant.EPOCH)).network(3);
    private final SourcePicker picker = new SourcePicker(network, new WeightedCacheSelector(random), random);

    private RsaIdentity configured(Preference preference, RsaIdentity... busy) {
        return picker.configured(preference, ImmutableList.copyOf(busy)::contains, 0)
                .orElseThrow()
                .rsaIdentity();
    }

    @Test
    void configured_prefersAsTold() {
        for (int i = 0; i < 50; i++) {
            assertThat(configured(Preference.FALLBACK).value().get(0)).isEqualTo((byte) 'f');
            assertThat(configured(Preference.AUTHORITY).value().get(0)).isEqualTo((byte) 'a');
        }
    }

    @Test
    void configured_busyOrFailed_leavesTheOthers() {
        RsaIdentity zero = FakeDirectories.identity("fallback0");
        RsaIdentity one = FakeDirectories.identity("fallback1");
        RsaIdentity two = FakeDirectories.identity("fallback2");
        picker.avoid(zero, 0);
        assertThat(configured(Preference.FALLBACK, one)).isEqualTo(two);
        picker.avoid(two, 0);
        assertThat(configured(Preference.FALLBACK, one).value().get(0)).isEqualTo((byte) 'a');
        for (int i = 0; i < 3; i++) {
            picker.avoid(FakeDirectories.identity("auth" + i), 0);
        }
        assertThat(configured(Preference.FALLBACK, one))
                .as("better than nobody")
                .isIn(zero, two);
        assertThat(picker.avoided(zero, 10 * MINUTE - 1)).isTrue();
        assertThat(picker.avoided(zero, 10 * MINUTE)).isFalse();
        picker.forgive();
        assertThat(picker.avoided(two, 0)).isFalse();
    }

    @Test
    void configured_allBusy_isNobody() {
        assertThat(picker.configured(Preference.FALLBACK, id -> true, 0)).isEmpty();
    }

    @Test
    void listed_choosesDirectoriesByWeight() {
        SyntheticNetwork relays = new SyntheticNetwork();
        relays.relay("big").flags(RelayFlag.V2_DIR).weight(9000);
        relays.relay("small").flags(RelayFlag.V2_DIR).weight(1000);
        relays.relay("none").weight(100_000);
        NetworkView view = relays.view();
        Map<RsaIdentity, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            counts.merge(
                    picker.listed(view, id -> false, id -> false, 0)
                            .orElseThrow()
                            .rsaIdentity(),
                    1,
                    Integer::sum);
        }
        assertThat(counts).containsOnlyKeys(SyntheticNetwork.identity("big"), SyntheticNetwork.identity("small"));
        assertThat(counts.get(SyntheticNetwork.identity("big"))).isBetween(850, 950);
    }

    @Test
    void listed_nobodyFit_fallsBackInOrder() {
        SyntheticNetwork relays = new SyntheticNetwork();
        relays.relay("one").flags(RelayFlag.V2_DIR);
        NetworkView view = relays.view();
        RsaIdentity one = SyntheticNetwork.identity("one");
        assertThat(picker.listed(view, id -> false, id -> false, 0)
                        .orElseThrow()
                        .rsaIdentity())
                .isEqualTo(one);
        assertThat(picker.listed(view, id -> false, one::equals, 0)
                        .orElseThrow()
                        .rsaIdentity()
                        .value()
                        .get(0))
                .isEqualTo((byte) 'f');
        picker.avoid(one, 0);
        for (String name : List.of("fallback0", "fallback1", "fallback2", "auth0", "auth1", "auth2")) {
            picker.avoid(FakeDirectories.identity(name), 0);
        }
        assertThat(picker.listed(view, id -> false, id -> false, 0)
                        .orElseThrow()
                        .rsaIdentity())
                .as("failed, but all did")
                .isEqualTo(one);
    }

    @Test
    void draw_zeroWeights_isUniform() {
        Map<String, Integer> counts = new HashMap<>();
        List<String> list = ImmutableList.of("a", "b");
        Map<String, Double> weights = ImmutableMap.of("a", 0.0, "b", 0.0);
        for (int i = 0; i < 400; i++) {
            counts.merge(list.get(WeightedDraw.draw(list, weights::get, random)), 1, Integer::sum);
        }
        assertThat(counts.get("a")).isBetween(150, 250);
    }
}
