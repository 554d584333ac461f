package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ProtocolVersionsTest {
    private static final String C_TOR = "Conflux=1 Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5"
            + " HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Padding=2 Relay=2-6";

    static Stream<Vector> lists() {
        return Vectors.stream("protover-parse");
    }

    static Stream<Vector> requirements() {
        return Vectors.stream("protover-all-supported");
    }

    @ParameterizedTest
    @MethodSource("lists")
    void parse_vectors_matchVerdictAndVersions(Vector vector) throws Exception {
        String list = vector.text("list");
        if (!vector.flag("valid")) {
            assertThatThrownBy(() -> ProtocolVersions.parse(list)).isInstanceOf(DocumentException.class);
            return;
        }
        ProtocolVersions parsed = ProtocolVersions.parse(list);
        for (Map.Entry<String, JsonElement> entry :
                vector.get("versions").getAsJsonObject().entrySet()) {
            for (int version = 0; version <= 63; version++) {
                boolean listed = false;
                for (JsonElement one : entry.getValue().getAsJsonArray()) {
                    listed |= one.getAsInt() == version;
                }
                assertThat(parsed.supports(entry.getKey(), version))
                        .as("%s=%s", entry.getKey(), version)
                        .isEqualTo(listed);
                Subprotocol known = Subprotocol.ofKeyword(entry.getKey()).orElseThrow();
                assertThat(parsed.supports(known, version)).isEqualTo(listed);
            }
        }
        assertThat(parsed).hasToString(list);
    }

    @ParameterizedTest
    @MethodSource("requirements")
    void minus_vectors_namesWhatIsMissing(Vector vector) throws Exception {
        ProtocolVersions missing =
                ProtocolVersions.parse(vector.text("required")).minus(ProtocolVersions.parse(C_TOR));
        assertThat(missing).hasToString(vector.text("missing"));
        assertThat(missing.isEmpty()).isEqualTo(vector.flag("supported"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Link",
                "Link=1,",
                "Link=,1",
                "Link=1,,2",
                "Link=1-",
                "Link=-1",
                "Link=1-2-3",
                " Link=1",
                "Link=1\n",
                "Li_nk=1",
                "=",
                "Link==1",
                "Link=1=2",
                "Link=99999999999999999999",
                "Link=0-64",
                "Link=1;2"
            })
    void parse_anyFault_refusesTheWholeList(String list) {
        assertThatThrownBy(() -> ProtocolVersions.parse(list)).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_edges_areKept() throws Exception {
        ProtocolVersions all = ProtocolVersions.parse("Link=0-63  Zz=63");
        assertThat(all.supports(Subprotocol.LINK, 0)).isTrue();
        assertThat(all.supports(Subprotocol.LINK, 63)).isTrue();
        assertThat(all.supports(Subprotocol.LINK, 64)).isFalse();
        assertThat(all.supports(Subprotocol.LINK, -1)).isFalse();
        assertThat(all.supports(Subprotocol.RELAY, 0)).isFalse();
        assertThat(all.supports("Zz", 63)).isTrue();
        assertThat(all).hasToString("Link=0-63 Zz=63");
        assertThat(ProtocolVersions.parse("")).isEqualTo(ProtocolVersions.NONE);
    }
}
