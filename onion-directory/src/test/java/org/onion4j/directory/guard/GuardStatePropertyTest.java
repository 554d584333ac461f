package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.onion4j.directory.view.SyntheticNetwork;

class GuardStatePropertyTest {
    @Property(tries = 300)
    void decode_whatWasEncoded_givesItBack(@ForAll("guards") List<GuardRecord> guards) throws Exception {
        GuardState state = new GuardState(ImmutableList.copyOf(guards));
        assertThat(GuardState.decode(state.encode())).isEqualTo(state);
    }

    @Property(tries = 1000)
    void decode_anyBytes_giveGuardsOrTheDeclaredException(@ForAll byte[] text) {
        decodes(text);
    }

    @Property(tries = 1000)
    void decode_damagedText_givesGuardsOrTheDeclaredException(
            @ForAll("guards") List<GuardRecord> guards, @ForAll int place, @ForAll byte value, @ForAll boolean cut) {
        byte[] text = new GuardState(ImmutableList.copyOf(guards)).encode();
        int at = Math.floorMod(place, text.length);
        text[at] = value;
        decodes(cut ? java.util.Arrays.copyOf(text, at) : text);
    }

    private static void decodes(byte[] text) {
        GuardState state;
        try {
            state = GuardState.decode(text);
        } catch (GuardStateException e) {
            assertThat(e.getMessage()).isNotEmpty();
            state = e.readable();
        }
        assertThat(new String(state.encode(), StandardCharsets.UTF_8)).startsWith(GuardStateCodec.HEADER);
    }

    @Provide
    Arbitrary<List<GuardRecord>> guards() {
        Arbitrary<Instant> times =
                Arbitraries.longs().between(0, 253_402_300_799L).map(Instant::ofEpochSecond);
        Arbitrary<PathBias> counts = Arbitraries.doubles()
                .between(0, 1e6)
                .list()
                .ofSize(4)
                .map(c -> new PathBias(c.get(0), c.get(1), c.get(2), c.get(3)));
        Arbitrary<String> words =
                Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(19);
        Arbitrary<List<String>> extra =
                words.map(w -> "x" + w + "=1").list().uniqueElements().ofMaxSize(3);
        return Combinators.combine(
                        words,
                        Arbitraries.of("default", "restricted", "other"),
                        times,
                        times.optional(),
                        times.optional(),
                        Arbitraries.integers().between(0, 1_000_000),
                        counts,
                        extra)
                .as((name, in, sampled, unlisted, confirmed, index, bias, more) -> new GuardRecord(
                        in,
                        SyntheticNetwork.identity(name),
                        name,
                        sampled,
                        "onion4j",
                        unlisted,
                        confirmed,
                        confirmed.isPresent() ? index : 0,
                        bias,
                        ImmutableList.copyOf(more)))
                .list()
                .uniqueElements(g -> g.selection() + g.identity().base64())
                .ofMaxSize(8);
    }
}
