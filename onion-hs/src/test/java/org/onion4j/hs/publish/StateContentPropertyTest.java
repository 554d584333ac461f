package org.onion4j.hs.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.testing.SeededRandom;

class StateContentPropertyTest {
    private static StateContent content(long seed, int revisions, int clients, int points, long number) {
        SeededRandom random = new SeededRandom(seed);
        ImmutableList.Builder<StateContent.Revision> used = ImmutableList.builder();
        for (int i = 0; i < revisions; i++) {
            used.add(new StateContent.Revision(
                    new TimePeriod(number, 1 + i), Bytes.copyOf(random.bytes(32)), UnsignedLong.valueOf(number)));
        }
        ImmutableList.Builder<Bytes> keys = ImmutableList.builder();
        for (int i = 1; i < clients; i++) {
            keys.add(Bytes.copyOf(random.bytes(32)));
        }
        ImmutableList.Builder<SavedPoint> saved = ImmutableList.builder();
        for (int i = 0; i < points; i++) {
            saved.add(new SavedPoint(
                    RsaIdentity.copyOf(random.bytes(20)),
                    SecretBytes.adopt(random.bytes(64)),
                    SecretBytes.adopt(random.bytes(32)),
                    Instant.ofEpochSecond(random.nextLong(4_000_000_000L)),
                    random.nextInt(Integer.MAX_VALUE)));
        }
        return new StateContent(
                Bytes.copyOf(random.bytes(32)),
                random.nextInt(2) == 0,
                used.build(),
                clients == 0 ? Optional.empty() : Optional.of(keys.build()),
                saved.build());
    }

    @Property(tries = 200)
    void encode_thenDecode_isTheSame(
            @ForAll long seed,
            @ForAll @IntRange(max = StateContent.MAX_REVISIONS) int revisions,
            @ForAll @IntRange(max = 20) int clients,
            @ForAll @IntRange(max = StateContent.MAX_POINTS) int points,
            @ForAll @LongRange(min = 0, max = (1L << 62) - 1) long number)
            throws WireFormatException {
        StateContent content = content(seed, revisions, clients, points, number);
        StateContent read = StateContent.decode(content.encode());
        assertThat(read.owner()).isEqualTo(content.owner());
        assertThat(read.identitySaved()).isEqualTo(content.identitySaved());
        assertThat(read.revisions()).isEqualTo(content.revisions());
        assertThat(read.clients()).isEqualTo(content.clients());
        assertThat(read.points()).hasSameSizeAs(content.points());
        assertThat(read.encode()).isEqualTo(content.encode());
    }

    @Property(tries = 500)
    void decode_changedByte_isReadOrThrowsWireFormat(
            @ForAll long seed, @ForAll @IntRange(max = 600) int at, @ForAll byte change) {
        byte[] bytes = content(seed, 2, 2, 2, 1000).encode();
        bytes[at % bytes.length] ^= change;
        decode(bytes);
    }

    @Property(tries = 500)
    void decode_anyBytes_isReadOrThrowsWireFormat(@ForAll @Size(max = 200) byte[] bytes) {
        decode(bytes);
    }

    private static void decode(byte[] bytes) {
        try {
            assertThat(StateContent.decode(bytes).encode()).isEqualTo(bytes);
        } catch (WireFormatException e) {
            assertThat(e).hasMessageNotContaining("[");
        }
    }
}
