package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** Exit policies and their summaries, the latter against C tor 0.4.9.11, src/test/test_policy.c. */
class ExitPolicyTest {
    static Stream<Vector> summaries() {
        return Vectors.stream("policy-summary");
    }

    @ParameterizedTest
    @MethodSource("summaries")
    void summary_copiedPolicies_areAsInCTor(Vector vector) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String line : vector.texts("policy")) {
            // the configuration's way to write them, which documents don't have
            String address = line.replaceFirst("^(accept|reject)6 ", "$1 ");
            boolean bare = address.contains("/") && !address.matches(".*/\\d+:.*");
            if (line.contains("6 ")) {
                address = address.replaceFirst(" (\\S+)/(\\d+)$", " [$1]/$2");
            }
            lines.add(bare ? address + ":*" : address);
        }
        ExitPolicy policy = ExitPolicy.parse(lines);
        assertThat(policy.summary(Inet4Address.class)).hasToString(vector.text("ipv4_summary"));
        assertThat(policy.summary(Inet6Address.class)).hasToString(vector.text("ipv6_summary"));
    }

    @Test
    void allows_firstRuleThatFitsDecides() throws Exception {
        ExitPolicy policy = ExitPolicy.parse(ImmutableList.of(
                "reject 127.0.0.0/255.0.0.0:*",
                "accept 192.0.2.0/24:80-90",
                "reject [2001:db8::]/32:*",
                "reject *4:*"));
        assertThat(policy.allows(InetAddresses.forString("127.1.2.3"), 80)).isFalse();
        assertThat(policy.allows(InetAddresses.forString("192.0.2.77"), 90)).isTrue();
        assertThat(policy.allows(InetAddresses.forString("192.0.2.77"), 91)).isFalse();
        assertThat(policy.allows(InetAddresses.forString("192.0.3.1"), 80)).isFalse();
        assertThat(policy.allows(InetAddresses.forString("2001:db8::1"), 80)).isFalse();
        assertThat(policy.allows(InetAddresses.forString("2001:db9::1"), 80)).isTrue();
    }

    @Test
    void parse_private_standsForAllPrivateNetworks() throws Exception {
        ExitPolicy policy = ExitPolicy.parse(ImmutableList.of("reject private:*", "accept *:*"));
        for (String address :
                ImmutableList.of("10.1.1.1", "127.0.0.1", "192.168.1.1", "172.31.0.1", "::1", "fe80::1")) {
            assertThat(policy.allows(InetAddresses.forString(address), 443))
                    .as(address)
                    .isFalse();
        }
        assertThat(policy.allows(InetAddresses.forString("172.32.0.1"), 443)).isTrue();
        assertThat(policy.summary(Inet4Address.class)).hasToString("accept 1-65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "accept",
                "accept *",
                "allow *:80",
                "accept *:0",
                "accept *:80-79",
                "accept *:65536",
                "accept 1.2.3:*",
                "accept 1.2.3.4/33:*",
                "accept 1.2.3.4/255.0.255.0:*",
                "accept [::1:*",
                "accept [::1]/129:*",
                "accept *:-",
                "accept :80"
            })
    void parse_badRule_throwsDocumentException(String line) {
        assertThatThrownBy(() -> ExitPolicy.parse(ImmutableList.of(line))).isInstanceOf(DocumentException.class);
    }

    @Property(tries = 200)
    void parse_anyPolicyWrittenOut_isTheSame(@ForAll("policies") ExitPolicy policy) throws Exception {
        List<String> lines = new ArrayList<>();
        policy.rules().forEach(rule -> lines.add(rule.toString()));
        assertThat(ExitPolicy.parse(lines)).isEqualTo(policy);
        PortPolicy summary = policy.summary(Inet4Address.class);
        assertThat(PortPolicy.parse(summary.toString())).isEqualTo(summary);
    }

    @Provide
    Arbitrary<ExitPolicy> policies() {
        Arbitrary<ExitPolicy.Range> ranges = Arbitraries.oneOf(
                Arbitraries.just(ExitPolicy.Range.ANY),
                Combinators.combine(
                                Arbitraries.bytes().array(byte[].class).ofSize(4),
                                Arbitraries.integers().between(0, 32))
                        .as((a, bits) -> new ExitPolicy.Range(Bytes.copyOf(a), bits)),
                Combinators.combine(
                                Arbitraries.bytes().array(byte[].class).ofSize(16),
                                Arbitraries.integers().between(0, 128))
                        .as((a, bits) -> new ExitPolicy.Range(Bytes.copyOf(a), bits)));
        Arbitrary<Integer> ports = Arbitraries.integers().between(1, 65535);
        return Combinators.combine(Arbitraries.of(ExitPolicy.Verdict.class), ranges, ports, ports)
                .as((v, r, a, b) -> new ExitPolicy.Rule(v, r, Math.min(a, b), Math.max(a, b)))
                .list()
                .ofMaxSize(12)
                .map(rules -> new ExitPolicy(ImmutableList.copyOf(rules)));
    }
}
