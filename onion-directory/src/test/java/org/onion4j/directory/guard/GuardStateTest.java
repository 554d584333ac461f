package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.directory.view.SyntheticNetwork;

class GuardStateTest {
    private static final String ID = "00112233445566778899AABBCCDDEEFF00112233";
    private static final String LINE = "guard in=default rsa_id=" + ID + " sampled_on=2024-05-01T00:00:00 listed=1";

    @Test
    void encode_oneGuard_isTheDocumentedText() {
        GuardRecord record = new GuardRecord(
                "default",
                SyntheticNetwork.identity("g"),
                "g",
                Instant.parse("2024-05-01T02:03:04Z"),
                "onion4j",
                Optional.of(Instant.parse("2024-05-02T00:00:00Z")),
                Optional.of(Instant.parse("2024-05-03T00:00:00Z")),
                4,
                new PathBias(10.5, 9, 2, 1),
                ImmutableList.of("later=field"));
        GuardState state = new GuardState(ImmutableList.of(record));
        String hex = com.google.common.io.BaseEncoding.base16()
                .encode(SyntheticNetwork.identity("g").value().toArray());
        assertThat(new String(state.encode(), StandardCharsets.UTF_8))
                .isEqualTo("onion4j-guards 1\nguard in=default rsa_id=" + hex + " nickname=g"
                        + " sampled_on=2024-05-01T02:03:04 sampled_by=onion4j listed=0"
                        + " unlisted_since=2024-05-02T00:00:00 confirmed_on=2024-05-03T00:00:00 confirmed_idx=4"
                        + " pb_circ_attempts=10.5 pb_circ_successes=9.0 pb_use_attempts=2.0 pb_use_successes=1.0"
                        + " later=field\n");
        assertThat(state).hasToString("GuardState of 1");
    }

    @Test
    void decode_unknownFields_areKept() throws Exception {
        String text = "onion4j-guards 1\n" + LINE + " a=1 b=x=y\n";
        GuardState state = GuardState.decode(text.getBytes(StandardCharsets.UTF_8));
        assertThat(state.guards().get(0).extra()).containsExactly("a=1", "b=x=y");
        assertThat(new String(state.encode(), StandardCharsets.UTF_8)).contains(" a=1 b=x=y\n");
    }

    @Test
    void decode_unlistedWithoutDate_countsFromSampling() throws Exception {
        String text = "onion4j-guards 1\n" + LINE.replace("listed=1", "listed=0") + "\n";
        GuardRecord guard = GuardState.decode(text.getBytes(StandardCharsets.UTF_8))
                .guards()
                .get(0);
        assertThat(guard.unlistedSince()).contains(guard.sampledOn());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "guard",
                "guard ",
                "guard  in=default",
                "guard in=default",
                "guard in= rsa_id=" + ID + " sampled_on=2024-05-01T00:00:00 listed=1",
                "guard in=default rsa_id=0011 sampled_on=2024-05-01T00:00:00 listed=1",
                "guard in=default rsa_id=" + ID + " sampled_on=yesterday listed=1",
                "guard in=default rsa_id=" + ID + " sampled_on=2024-02-31T00:00:00 listed=1",
                "guard in=default rsa_id=" + ID + " sampled_on=-0005-05-01T00:00:00 listed=1",
                "guard in=default rsa_id=" + ID + " sampled_on=2024-05-01T00:00:00 listed=2",
                "guard in=default rsa_id=" + ID + " sampled_on=2024-05-01T00:00:00",
                LINE + " confirmed_on=never",
                LINE + " confirmed_idx=-1",
                LINE + " confirmed_idx=99999999999",
                LINE + " pb_circ_attempts=NaN",
                LINE + " pb_circ_attempts=-1",
                LINE + " pb_circ_attempts=1e99",
                LINE + " in=twice",
                LINE + " noequals",
                LINE + " =x",
                LINE
            })
    void decode_faultyLine_isToldAndTheOthersAreKept(String faulty) {
        String good = LINE.replace("00112233 ", "00112234 ").replace(ID, ID.replace("0011223344", "0011223345"));
        String text = "onion4j-guards 1\n" + LINE + "\n" + faulty + "\n" + good + "\n";
        GuardStateException e = catchThrowableOfType(
                GuardStateException.class, () -> GuardState.decode(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(e).hasMessageStartingWith("line 3: ");
        assertThat(e.readable().size()).isEqualTo(2);
        if (faulty.length() > 5) {
            assertThat(e.getMessage()).doesNotContain(ID);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "onion4j-guards 2\n" + LINE + "\n", "\n", "onion4j-guards 1\n" + LINE, "onion4j-guards 1"})
    void decode_badFrame_isTold(String text) {
        assertThat(catchThrowableOfType(
                        GuardStateException.class, () -> GuardState.decode(text.getBytes(StandardCharsets.UTF_8))))
                .isNotNull();
    }

    @Test
    void decode_hugeFile_isRefused() {
        assertThat(catchThrowableOfType(GuardStateException.class, () -> GuardState.decode(new byte[2 << 20])))
                .isNotNull();
    }

    @Test
    void decode_empty_hasNoGuard() throws Exception {
        assertThat(GuardState.decode(GuardState.EMPTY.encode())).isEqualTo(GuardState.EMPTY);
    }
}
