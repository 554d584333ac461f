package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.fetch.DirectoryStatus;
import org.onion4j.directory.fetch.DirectoryStatus.Phase;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.Relay;
import org.onion4j.testnet.dir.AuthoritySettings.Behaviour;
import org.onion4j.testnet.dir.AuthoritySettings.ProtocolLines;

/** The client's directory code on directories of a network, good ones and others. */
class DirectoryClientTest {
    private final TestDirectory network = new TestDirectory(31);
    private final DirectoryClient client = new DirectoryClient(network);

    private void settings(AuthoritySettings settings) {
        network.authorities.all().forEach(authority -> authority.setSettings(settings));
    }

    @Test
    void start_goodDirectories_isReadyAtOnce() throws Exception {
        client.turnOver();
        client.start();
        client.run(Duration.ofSeconds(5));
        assertThat(client.status().ready()).as(client.status().toString()).isTrue();
        assertThat(client.view().relays()).hasSize(9).allMatch(Relay::hasMicrodescriptor);
        assertThat(client.requests).hasSizeLessThan(8);
    }

    @Test
    void run_hoursOfTurns_followsByDiffs() throws Exception {
        client.turnOver();
        client.start();
        for (int turn = 0; turn < 36; turn++) {
            client.run(Duration.between(client.now(), network.authorities.nextTurn(client.now())));
            client.turnOver();
        }
        client.run(Duration.ofMinutes(4));
        assertThat(client.status().ready()).isTrue();
        assertThat(client.view().validAfter()).isAfter(client.now().minus(Duration.ofMinutes(15)));
        List<String> consensuses = client.requests.stream()
                .filter(r -> r.contains("/consensus-microdesc/"))
                .toList();
        assertThat(consensuses).hasSizeGreaterThan(10);
        assertThat(consensuses.subList(1, consensuses.size())).allMatch(r -> r.contains("X-Or-Diff-From-Consensus"));
        assertThat(client.requests).noneMatch(r -> r.contains("/tor/micro/") && r.length() > 2000);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("truncated", DirectoryFaults.truncated()),
                Arguments.of("forged", DirectoryFaults.forged()),
                Arguments.of("unsigned", DirectoryFaults.unsigned()),
                Arguments.of("silent", DirectoryFaults.silent()),
                Arguments.of("not found", DirectoryFaults.status(404)),
                Arguments.of("busy", DirectoryFaults.status(503)),
                Arguments.of("unasked 304", DirectoryFaults.status(304)),
                Arguments.of("cut in the header", DirectoryFaults.cutAfter(20)),
                Arguments.of("cut in the body", DirectoryFaults.cutAfter(400)),
                Arguments.of("bomb", DirectoryFaults.bomb(17 << 20)),
                Arguments.of("rubbish", raw("220 ESMTP ready\r\n\r\n")),
                Arguments.of("negative length", raw("HTTP/1.0 200 OK\r\nContent-Length: -1\r\n\r\nx")),
                Arguments.of("two lengths", raw("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")),
                Arguments.of("wrong coding", raw("HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\nplain")),
                Arguments.of("no body", raw("HTTP/1.0 200 OK\r\n\r\n")),
                Arguments.of("nothing", raw("")));
    }

    private static DirectoryFaults raw(String answer) {
        return DirectoryFaults.raw(Bytes.copyOf(answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** T28, T30, T31: two of three directories are of no use, in whichever way. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void t31_twoOfThreeDirectoriesFaulty_isReadyWithinAMinute(String name, DirectoryFaults faults) throws Exception {
        client.turnOver();
        for (int i = 0; i < network.identities.size(); i++) {
            if (i % 3 != 0) {
                client.servers.get(network.identities.get(i).rsaIdentity()).setFaults(faults);
            }
        }
        client.start();
        client.run(Duration.ofSeconds(60));
        assertThat(client.status().ready()).as(client.status().toString()).isTrue();
    }

    /** T30, T31: all directories are of no use; when they recover, the client does. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void t31_allDirectoriesFaulty_asksNowAndThenAndRecovers(String name, DirectoryFaults faults) throws Exception {
        client.turnOver();
        client.servers.values().forEach(server -> server.setFaults(faults));
        client.start();
        client.run(Duration.ofMinutes(4));
        assertThat(client.status().ready()).isFalse();
        assertThat(client.requests).hasSizeLessThan(30);
        client.servers.values().forEach(server -> server.setFaults(DirectoryFaults.NONE));
        client.turnOver();
        client.run(Duration.ofMinutes(10));
        assertThat(client.status().ready()).as(client.status().toString()).isTrue();
    }

    /** T32: the signatures of more than half of the authorities are needed, and enough. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void t32_someAuthoritiesSign_majorityIsNeeded(int signers) throws Exception {
        for (int i = signers; i < 3; i++) {
            network.authorities
                    .all()
                    .get(i)
                    .setSettings(AuthoritySettings.DEFAULT.withBehaviour(Behaviour.VOTES_ALONE));
        }
        client.turnOver();
        client.start();
        client.run(Duration.ofMinutes(2));
        assertThat(client.status().ready()).isEqualTo(signers >= 2);
    }

    /** T32: one signature many times over, and those of strangers, are no majority. */
    @Test
    void t32_oneSignatureManyTimes_isNotBelieved() throws Exception {
        client.turnOver();
        DirectoryFaults copies = (request, answer, store) -> {
            String text = new String(answer.document().toArray(), StandardCharsets.ISO_8859_1);
            int first = text.indexOf("directory-signature ");
            int second = text.indexOf("directory-signature ", first + 1);
            if (!request.path().contains("consensus") || second < 0) {
                return answer;
            }
            String signature = text.substring(first, second);
            return answer.withDocument(
                    Bytes.copyOf(DocumentText.bytes(text.substring(0, second) + signature.repeat(5))));
        };
        client.servers.values().forEach(server -> server.setFaults(copies));
        client.start();
        client.run(Duration.ofMinutes(2));
        assertThat(client.status().ready()).isFalse();
        assertThat(client.views).isEmpty();
    }

    /** T33: an older consensus doesn't take the place of a newer one. */
    @Test
    void t33_olderConsensus_isNotTaken() throws Exception {
        client.turnOver();
        client.run(TestDirectory.SCHEDULE.interval());
        client.turnOver();
        client.start();
        client.run(Duration.ofSeconds(10));
        Instant newest = client.view().validAfter();
        client.servers.values().forEach(server -> server.setFaults(DirectoryFaults.oldConsensus()));
        client.run(Duration.ofHours(2));
        assertThat(client.requests.size()).isGreaterThan(4);
        assertThat(client.view().validAfter()).isEqualTo(newest);
    }

    /** T35: microdescriptors that nobody asked for, or cut off, do no harm. */
    @Test
    void t35_unaskedMicrodescriptors_areNotKept() throws Exception {
        client.turnOver();
        Bytes stranger = MicrodescriptorMaker.make(new TestDirectory(99).descriptors.get(0), 35);
        client.servers.values().forEach(server -> server.setFaults(DirectoryFaults.unasked(stranger)));
        client.start();
        client.run(Duration.ofSeconds(10));
        assertThat(client.status().ready()).isTrue();
        assertThat(client.view().relays()).hasSize(9).allMatch(Relay::hasMicrodescriptor);
    }

    /** T36: a network that requires what the client doesn't speak. */
    @Test
    void t36_unknownProtocolRequired_saysSo() throws Exception {
        ProtocolLines current = ProtocolLines.CURRENT;
        settings(AuthoritySettings.DEFAULT.withProtocols(new ProtocolLines(
                current.recommendedClient(), current.recommendedRelay(), "Relay=62", current.requiredRelay())));
        client.turnOver();
        ProtocolVersions spoken = ClientProtocols.current().supported();
        client.start(new ClientProtocols(spoken, TestDirectory.NOW.minus(Duration.ofDays(1))));
        client.run(Duration.ofMinutes(1));
        assertThat(client.status().ready()).isFalse();
        assertThat(client.status().blockage()).containsInstanceOf(DirectoryStatus.ClientTooOld.class);
        client.start(new ClientProtocols(spoken, TestDirectory.NOW.plus(Duration.ofDays(1))));
        client.run(Duration.ofMinutes(1));
        assertThat(client.status().ready()).as("its makers knew better").isTrue();
    }

    /** T21: parameters at the edges of their numbers. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE})
    void t21_parametersAtTheirEdges_areLivedWith(int value) throws Exception {
        Map<String, Integer> parameters = new HashMap<>();
        for (String name : ImmutableList.of(
                "bwweightscale",
                "circwindow",
                "min_paths_for_circs_pct",
                "try-diff-for-consensus-newer",
                "cbtmaxtimeout",
                "cc_sendme_inc",
                "guard-lifetime-days",
                "hsdir_interval",
                "nf_ito_low",
                "use-family-ids",
                "UseOptimisticData")) {
            parameters.put(name, value);
        }
        settings(AuthoritySettings.DEFAULT.withParameters(parameters));
        client.turnOver();
        client.start();
        client.run(Duration.ofSeconds(10));
        assertThat(client.status().ready()).as(client.status().toString()).isTrue();
    }

    /** T38: directories that keep back the microdescriptors of most relays. */
    @Test
    void t38_mostMicrodescriptorsWithheld_isNotReadyAndSaysWhy() throws Exception {
        client.turnOver();
        client.servers
                .values()
                .forEach(server -> server.setFaults(DirectoryFaults.withholding(digest -> (digest.get(0) & 3) != 0)));
        client.start();
        client.run(Duration.ofMinutes(4));
        assertThat(client.status().ready()).isFalse();
        assertThat(client.status().phase()).isEqualTo(Phase.MICRODESCRIPTORS);
        client.servers.values().forEach(server -> server.setFaults(DirectoryFaults.NONE));
        client.run(Duration.ofMinutes(9));
        assertThat(client.status().ready()).as(client.status().toString()).isTrue();
    }

    @Test
    void diff_isServedToAClientThatWasAway() throws Exception {
        client.turnOver();
        client.start();
        client.run(Duration.ofSeconds(10));
        for (int turn = 0; turn < 3; turn++) {
            client.run(TestDirectory.SCHEDULE.interval());
            client.turnOver();
        }
        client.start();
        client.run(Duration.ofMinutes(10));
        assertThat(client.status().ready()).isTrue();
        String last = client.requests.stream()
                .filter(r -> r.contains("/consensus-microdesc/"))
                .reduce("", (a, b) -> b);
        assertThat(last).contains("X-Or-Diff-From-Consensus");
        assertThat(client.view().validAfter()).isAfter(TestDirectory.NOW.plus(Duration.ofMinutes(10)));
    }
}
