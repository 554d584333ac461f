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

class PortPolicyTest {
    static Stream<Vector> summaries() {
        return Vectors.stream("policy-short");
    }

    @ParameterizedTest
    @MethodSource("summaries")
    void parse_vectors_matchVerdictAndPorts(Vector vector) throws Exception {
        String summary = vector.text("summary");
        if (!vector.flag("valid")) {
            assertThatThrownBy(() -> PortPolicy.parse(summary)).isInstanceOf(DocumentException.class);
            return;
        }
        PortPolicy policy = PortPolicy.parse(summary);
        assertThat(policy).hasToString(vector.text("canonical"));
        assertThat(PortPolicy.parse(policy.toString())).isEqualTo(policy).hasSameHashCodeAs(policy);
        if (vector.has("allows")) {
            for (Map.Entry<String, JsonElement> entry :
                    vector.get("allows").getAsJsonObject().entrySet()) {
                assertThat(policy.allows(Integer.parseInt(entry.getKey())))
                        .as(entry.getKey())
                        .isEqualTo(entry.getValue().getAsBoolean());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accept",
                "accept 0",
                "accept 65536",
                "accept 1-65536",
                "accept 5-4",
                "accept 1 2",
                "accept 1-",
                "accept 1--2",
                "allow 1",
                "accept fred",
                "reject ,,,",
                "accept 99999999999999999999",
                "ACCEPT 1"
            })
    void parse_bad_throwsDocument(String summary) {
        assertThatThrownBy(() -> PortPolicy.parse(summary)).isInstanceOf(DocumentException.class);
    }

    @Test
    void rejectsAll_onlyWhereNoPortIsLeft() throws Exception {
        assertThat(PortPolicy.REJECT_ALL.rejectsAll()).isTrue();
        assertThat(PortPolicy.parse("reject 30000-65535,1-40000").rejectsAll()).isTrue();
        assertThat(PortPolicy.parse("reject 1-79,81-65535").rejectsAll()).isFalse();
        assertThat(PortPolicy.parse("reject 2-65535").rejectsAll()).isFalse();
        assertThat(PortPolicy.parse("reject 1-65534").rejectsAll()).isFalse();
        assertThat(PortPolicy.parse("accept 80").rejectsAll()).isFalse();
        assertThat(PortPolicy.ACCEPT_ALL.allows(1)).isTrue();
        assertThat(PortPolicy.ACCEPT_ALL.allows(65535)).isTrue();
    }
}
