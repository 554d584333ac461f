package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.directory.view.SyntheticNetwork;

/** The saved form of vanguards. */
class VanguardStatePropertyTest {
    private static final String ID = "00112233445566778899AABBCCDDEEFF00112233";
    private static final String LINE =
            "vanguard layer=2 rsa_id=" + ID + " chosen_on=2024-05-01T00:00:00 expires_on=2024-05-02T00:00:00";

    @Provide
    Arbitrary<List<VanguardRecord>> vanguards() {
        Arbitrary<VanguardRecord> one = Combinators.combine(
                        Arbitraries.integers().between(2, 3),
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.longs().between(0, 200_000_000_000L),
                        Arbitraries.longs().between(1, 3650L * 86_400))
                .as((layer, relay, chosen, lifetime) -> new VanguardRecord(
                        layer,
                        SyntheticNetwork.identity("relay" + relay),
                        Instant.ofEpochSecond(chosen),
                        Duration.ofSeconds(lifetime)));
        return one.list().ofMaxSize(40).uniqueElements(record -> record.layer() + " " + record.identity());
    }

    @Property(tries = 200)
    void decode_whatWasEncoded_isTheSame(@ForAll("vanguards") List<VanguardRecord> vanguards) {
        VanguardStateCodec.Decoded decoded = VanguardStateCodec.decode(VanguardStateCodec.encode(vanguards));
        assertThat(decoded.fault()).isEmpty();
        assertThat(decoded.readable()).isEqualTo(vanguards);
    }

    @Property(tries = 500)
    void decode_damagedText_throwsNothing(
            @ForAll("vanguards") List<VanguardRecord> vanguards, @ForAll int at, @ForAll byte with) {
        byte[] text = VanguardStateCodec.encode(vanguards);
        text[Math.floorMod(at, text.length)] = with;
        assertThat(VanguardStateCodec.decode(text).readable()).hasSizeLessThanOrEqualTo(vanguards.size() + 1);
    }

    @Property(tries = 500)
    void decode_anyBytes_throwsNothing(@ForAll byte[] text) {
        assertThat(VanguardStateCodec.decode(text).fault()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "vanguard",
                "vanguard layer=1 rsa_id=" + ID + " chosen_on=2024-05-01T00:00:00 expires_on=2024-05-02T00:00:00",
                "vanguard layer=2 rsa_id=00 chosen_on=2024-05-01T00:00:00 expires_on=2024-05-02T00:00:00",
                "vanguard layer=2 rsa_id=" + ID + " chosen_on=never expires_on=2024-05-02T00:00:00",
                "vanguard layer=2 rsa_id=" + ID + " chosen_on=2024-05-02T00:00:00 expires_on=2024-05-02T00:00:00",
                "vanguard layer=2 rsa_id=" + ID + " chosen_on=2024-05-02T00:00:00 expires_on=2034-05-02T00:00:00",
                "vanguard layer=2 rsa_id=" + ID + " chosen_on=2024-05-02T00:00:00",
                LINE
            })
    void decode_faultyLine_isToldAndTheOthersAreKept(String faulty) {
        String third = LINE.replace("layer=2", "layer=3");
        String text = VanguardStateCodec.HEADER + "\n" + LINE + "\n" + faulty + "\n" + third + "\n";
        VanguardStateCodec.Decoded decoded = VanguardStateCodec.decode(text.getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.readable()).hasSize(2);
        assertThat(decoded.fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).startsWith("line 3: ").doesNotContain(ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "onion4j-vanguards 2\n" + LINE + "\n", "onion4j-vanguards 1\n" + LINE})
    void decode_badFrame_isTold(String text) {
        assertThat(VanguardStateCodec.decode(text.getBytes(StandardCharsets.UTF_8))
                        .fault())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 17})
    void decode_hugeFile_isRefused(int length) {
        assertThat(VanguardStateCodec.decode(new byte[length]).fault())
                .isEqualTo(Optional.of("saved vanguards of 131072 bytes"));
    }
}
