package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ConsensusDiffTest {
    private static final String BASE = "A\nB\nC\nD\nE\n";

    static Stream<Vector> scripts() {
        return Vectors.stream("ed-script");
    }

    static Stream<Vector> diffs() {
        return Vectors.stream("consensus-diff");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String run(String base, String script) throws DocumentException {
        return new String(EdScript.apply(bytes(base), bytes(script), 0, 1), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void apply_scriptVectors_match(Vector vector) throws Exception {
        String base = vector.text("base");
        String script = vector.text("script");
        if (vector.has("result")) {
            assertThat(run(base, script)).isEqualTo(vector.text("result"));
        } else {
            assertThatThrownBy(() -> run(base, script)).isInstanceOf(DocumentException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("diffs")
    void apply_diffVectors_match(Vector vector) throws Exception {
        byte[] base = bytes(vector.text("base"));
        byte[] diff = bytes(vector.text("diff"));
        if (vector.has("result")) {
            assertThat(ConsensusDiff.apply(base, diff)).isEqualTo(bytes(vector.text("result")));
            assertThat(ConsensusDiff.isDiff(diff)).isTrue();
        } else {
            assertThatThrownBy(() -> ConsensusDiff.apply(base, diff)).isInstanceOf(DocumentException.class);
        }
    }

    @Test
    void baseDigest_vector_isOfTheSignedPart() {
        Vector vector = Vectors.of("consensus-set").get(0);
        assertThat(ConsensusDiff.baseDigest(bytes(vector.text("consensus_microdesc"))))
                .isEqualTo(vector.bytes("sha3_256_signed_part_microdesc"));
    }

    @Test
    void apply_otherBase_throwsDocument() {
        Vector vector = Vectors.of("consensus-diff").get(0);
        byte[] base = bytes(vector.text("base").replace("valid-after 2026", "valid-after 2027"));
        assertThatThrownBy(() -> ConsensusDiff.apply(base, bytes(vector.text("diff"))))
                .hasMessageContaining("another consensus");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "6d\n", "0d\n", "0c\nX\n.\n", "5,6d\n", "6,$d\n", "2,$c\nX\n.\n", "2,1d\n", "2,2d\n", "3d\n4d\n",
                "3d\n3d\n", "3d\n3a\nX\n.\n", "1a\n", "1a\nX\n", "1a\nX\n..\n", "d\n", ",d\n", "1,d\n", "-1d\n",
                "1d", "1dd\n", "1 d\n", " 1d\n", "2147483648d\n", "99999999999999999999d\n", "\n", "1,$\n", "1,$$d\n",
                "$d\n", "+1d\n", "1d\n\n"
            })
    void apply_badScript_throwsDocument(String script) {
        assertThatThrownBy(() -> run(BASE, script)).isInstanceOf(DocumentException.class);
    }

    @Test
    void apply_edges_work() throws Exception {
        assertThat(run(BASE, "1,$d\n")).isEmpty();
        assertThat(run(BASE, "5,$d\n")).isEqualTo("A\nB\nC\nD\n");
        assertThat(run(BASE, "5a\nX\n.\n")).isEqualTo(BASE + "X\n");
        assertThat(run(BASE, "1,5c\n..\n. \n.\n")).isEqualTo("..\n. \n");
        assertThat(run(BASE, "1,$d\n0a\nX\n.\n")).isEqualTo("X\n");
        assertThat(run("\n\n", "1c\nX\n.\n")).isEqualTo("X\n\n");
        assertThatThrownBy(() -> run("A", "1d\n")).isInstanceOf(DocumentException.class);
    }
}
