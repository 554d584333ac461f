package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;
import org.onion4j.directory.doc.SharedRandomValue;

/** The shared random protocol, against C tor 0.4.9.11, src/test/test_shared_random.c. */
class SharedRandomTest {
    private static final RsaIdentity SOMEONE = RsaIdentity.fromHex("ab".repeat(20));

    static Stream<Vector> commits() {
        return Vectors.stream("srv-commit");
    }

    static Stream<Vector> values() {
        return Vectors.stream("srv-compute");
    }

    @ParameterizedTest
    @MethodSource("commits")
    void make_recordedRandomNumber_givesTheRecordedTexts(Vector vector) {
        RandomCommit commit =
                RandomCommit.make(SOMEONE, Instant.ofEpochSecond(vector.number("timestamp")), vector.array("random"));
        assertThat(commit.commit()).isEqualTo(vector.text("commit"));
        assertThat(commit.reveal()).contains(vector.text("reveal"));
        assertThat(commit.isGood()).isTrue();
        assertThat(commit.hidden().isGood()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("values")
    void value_recordedReveals_giveTheRecordedValue(Vector vector) {
        List<RandomCommit> parts = new ArrayList<>();
        boolean real = !vector.text("origin").equals("copied"); // there, reveals are made up, but listed in order
        for (Vector reveal : vector.objects("reveals")) {
            byte[] place = new byte[32];
            place[0] = (byte) parts.size();
            Bytes digest = real
                    ? Digests.sha3(reveal.text("reveal").getBytes(StandardCharsets.US_ASCII))
                    : Bytes.copyOf(place);
            parts.add(partOf(RsaIdentity.fromHex(reveal.text("authority")), reveal.text("reveal"), digest));
        }
        Collections.reverse(parts);
        Bytes last = vector.bytes("previous");
        Optional<SharedRandomValue> previous = last.equals(Bytes.copyOf(new byte[32]))
                ? Optional.empty()
                : Optional.of(new SharedRandomValue(1, last));
        assertThat(SharedRandom.value(parts, previous))
                .isEqualTo(new SharedRandomValue(vector.integer("n_reveals"), vector.bytes("srv")));
    }

    @Test
    void isGood_revealOfAnotherCommit_isNot() {
        RandomCommit a = RandomCommit.make(SOMEONE, Instant.EPOCH, new byte[] {1});
        RandomCommit b = RandomCommit.make(SOMEONE, Instant.EPOCH, new byte[] {2});
        RandomCommit later = RandomCommit.make(SOMEONE, Instant.EPOCH.plusSeconds(1), new byte[] {1});
        assertThat(new RandomCommit(SOMEONE, a.commit(), b.reveal()).isGood()).isFalse();
        assertThat(new RandomCommit(SOMEONE, a.commit(), later.reveal()).isGood())
                .isFalse();
        assertThat(new RandomCommit(SOMEONE, "x", Optional.empty()).isGood()).isFalse();
        assertThat(new RandomCommit(SOMEONE, a.commit(), Optional.of("?".repeat(56))).isGood())
                .isFalse();
    }

    private static RandomCommit partOf(RsaIdentity authority, String reveal, Bytes digest) {
        Bytes stamp = Bytes.copyOf(BaseEncoding.base64().decode(reveal), 0, 8);
        String commit = BaseEncoding.base64().encode(Bytes.concat(stamp, digest).toArray());
        return new RandomCommit(authority, commit, Optional.of(reveal));
    }
}
