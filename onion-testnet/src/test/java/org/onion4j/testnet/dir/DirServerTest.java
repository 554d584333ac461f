package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ConsensusDiff;
import org.onion4j.directory.doc.RouterStatus;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/** Requests to a directory, and what it answers. */
class DirServerTest {
    private static final TestDirectory NETWORK = new TestDirectory(11);
    private static final Instant NOW = TestDirectory.NOW;
    private static final DirectorySnapshot FIRST =
            NETWORK.authorities.turnOver(NOW.minus(Duration.ofMinutes(5))).orElseThrow();
    private static final DirectorySnapshot SECOND =
            NETWORK.authorities.turnOver(NOW).orElseThrow();
    private static final String CONSENSUS = "/tor/status-vote/current/consensus-microdesc";

    private final DirectoryStore store = new DirectoryStore();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final Scheduler scheduler = (task, delay) -> {
        later.add(task);
        return () -> later.remove(task);
    };
    private final DirServer server =
            new DirServer(store, Optional.empty(), Clock.fixed(NOW, ZoneOffset.UTC), scheduler);

    DirServerTest() {
        store.publish(FIRST);
        store.publish(SECOND);
    }

    /** What came back. */
    private static final class Reply implements DirReply {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int pieces;
        boolean ended;

        @Override
        public void send(byte[] more) {
            assertThat(ended).isFalse();
            bytes.writeBytes(more);
            pieces++;
        }

        @Override
        public void end() {
            assertThat(ended).isFalse();
            ended = true;
        }

        String head() {
            String all = bytes.toString(StandardCharsets.ISO_8859_1);
            return all.substring(0, all.indexOf("\r\n\r\n") + 2);
        }

        int status() {
            return Integer.parseInt(head().split(" ", -1)[1]);
        }

        byte[] body() {
            return Arrays.copyOfRange(bytes.toByteArray(), head().length() + 2, bytes.size());
        }

        String text() {
            return new String(body(), StandardCharsets.ISO_8859_1);
        }
    }

    private Reply send(DirServer to, DirClient.Way way, String request) {
        Reply reply = new Reply();
        DirClient client = new DirClient(Optional.of(InetAddresses.forString("192.0.2.7")), way);
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        DirSession session = to.open(client, reply);
        session.onBytes(bytes, 0, bytes.length);
        return reply;
    }

    private Reply get(String path, String... headers) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return send(server, DirClient.Way.ONE_HOP, request + "\r\n");
    }

    @Test
    void get_consensus_givesTheNewestWithDateAndAddress() throws Exception {
        Reply reply = get(CONSENSUS);
        assertThat(reply.ended).isTrue();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.head())
                .contains("\r\nDate: Sun, 01 Mar 2026 12:02:00 GMT\r\n", "\r\nX-Your-Address-Is: 192.0.2.7\r\n")
                .contains("\r\nContent-Encoding: identity\r\n");
        assertThat(Bytes.copyOf(reply.body()))
                .isEqualTo(SECOND.microdescConsensus().text());
        assertThat(Consensus.parse(reply.body()).relays()).hasSize(9);
        assertThat(get("/tor/status-vote/current/consensus").text()).startsWith("network-status-version 3\n");
    }

    @Test
    void get_consensus_isCompressedAsTheClientAsks() throws Exception {
        byte[] plain = SECOND.microdescConsensus().text().toArray();
        Reply deflated = get(CONSENSUS, "Accept-Encoding: x-zstd, deflate, gzip, identity");
        assertThat(deflated.head()).contains("Content-Encoding: deflate");
        assertThat(new InflaterInputStream(new java.io.ByteArrayInputStream(deflated.body())).readAllBytes())
                .isEqualTo(plain);
        Reply zipped = get(CONSENSUS, "Accept-Encoding: gzip");
        assertThat(zipped.head()).contains("Content-Encoding: gzip");
        assertThat(new GZIPInputStream(new java.io.ByteArrayInputStream(zipped.body())).readAllBytes())
                .isEqualTo(plain);
        Reply byName = get(CONSENSUS + ".z");
        assertThat(byName.head()).contains("Content-Encoding: deflate");
        assertThat(byName.body().length).isLessThan(plain.length);
    }

    @Test
    void get_consensusWithAuthorities_mustBeSignedByMostOfThem() {
        String known = DocumentText.upperHex(NETWORK.voters().get(0).value());
        String unknown = "AB".repeat(20);
        assertThat(get(CONSENSUS + "/" + known).status()).isEqualTo(200);
        assertThat(get(CONSENSUS + "/" + known.substring(0, 6) + ".z").status()).isEqualTo(200);
        assertThat(get(CONSENSUS + "/" + known + "+" + unknown).status()).isEqualTo(404);
        assertThat(get(CONSENSUS + "/" + unknown).status()).isEqualTo(404);
    }

    @Test
    void get_consensusThatTheClientHas_isNotModified() {
        assertThat(get(CONSENSUS, "If-Modified-Since: Sun, 01 Mar 2026 12:00:00 GMT")
                        .status())
                .isEqualTo(304);
        assertThat(get(CONSENSUS, "If-Modified-Since: Sun, 01 Mar 2026 11:59:59 GMT")
                        .status())
                .isEqualTo(200);
        assertThat(get(CONSENSUS, "If-Modified-Since: yesterday").status()).isEqualTo(200);
        String digest = SECOND.microdescConsensus().diffBase().hex();
        assertThat(get(CONSENSUS, "X-Or-Diff-From-Consensus: " + digest).status())
                .isEqualTo(304);
    }

    @Test
    void get_consensusWithAnOlderOneAtHand_isADiff() throws Exception {
        String digest = DocumentText.upperHex(FIRST.microdescConsensus().diffBase());
        byte[] old = FIRST.microdescConsensus().text().toArray();
        byte[] diff = get(CONSENSUS, "X-Or-Diff-From-Consensus: " + "00".repeat(32) + ", " + digest)
                .body();
        assertThat(ConsensusDiff.isDiff(diff)).isTrue();
        assertThat(Bytes.copyOf(ConsensusDiff.apply(old, diff)))
                .isEqualTo(SECOND.microdescConsensus().text());
        assertThat(get(CONSENSUS + "/diff/" + digest).body()).isEqualTo(diff);
        assertThat(get(CONSENSUS + "/diff/" + "00".repeat(32)).status()).isEqualTo(404);
    }

    @Test
    void get_consensusOfLongAgo_isNotServed() {
        DirServer late = new DirServer(
                store, Optional.empty(), Clock.fixed(NOW.plus(Duration.ofDays(2)), ZoneOffset.UTC), scheduler);
        assertThat(send(late, DirClient.Way.ONE_HOP, "GET " + CONSENSUS + " HTTP/1.0\r\n\r\n")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void get_certificates_byAllKindsOfNames() throws Exception {
        AuthorityCertificate one = SECOND.certificates().get(1);
        String identity = DocumentText.upperHex(one.identity().value());
        String key = DocumentText.upperHex(one.signingKeyDigest());
        assertThat(AuthorityCertificate.parseAll(get("/tor/keys/all").body())).hasSize(3);
        for (String path : List.of("fp/" + identity, "sk/" + key, "fp-sk/" + identity + "-" + key)) {
            assertThat(AuthorityCertificate.parseAll(get("/tor/keys/" + path).body()))
                    .as(path)
                    .containsExactly(one);
        }
        assertThat(get("/tor/keys/fp/" + key).status()).isEqualTo(404);
        assertThat(get("/tor/keys/fp-sk/" + identity).status()).isEqualTo(404);
        assertThat(get("/tor/keys/other").status()).isEqualTo(400);
    }

    @Test
    void get_microdescriptorsAndDescriptors_byDigest() throws Exception {
        List<RouterStatus> relays =
                Consensus.parse(SECOND.microdescConsensus().text().toArray()).relays();
        String a = DocumentText.base64(relays.get(0).microdescriptorDigest());
        String b = DocumentText.base64(relays.get(1).microdescriptorDigest());
        String both = get("/tor/micro/d/" + a + "-" + b + ".z", "Accept-Encoding: identity")
                .head();
        assertThat(both).contains("200 OK");
        assertThat(get("/tor/micro/d/" + a + "-" + b).text().split("onion-key\n", -1))
                .hasSize(3);
        assertThat(get("/tor/micro/d/" + "A".repeat(43)).status()).isEqualTo(404);
        ServerDescriptor descriptor = NETWORK.descriptors.get(4);
        String digest = DocumentText.upperHex(descriptor.digest());
        String identity = DocumentText.upperHex(descriptor.keys().identity().value());
        assertThat(ServerDescriptor.parse(get("/tor/server/d/" + digest).body()))
                .isEqualTo(descriptor);
        assertThat(ServerDescriptor.parse(get("/tor/server/fp/" + identity).body()))
                .isEqualTo(descriptor);
        assertThat(ServerDescriptor.parseAll(get("/tor/server/all").body())).hasSize(9);
    }

    @Test
    void get_votes_areServed() throws Exception {
        String identity = DocumentText.upperHex(NETWORK.voters().get(2).value());
        byte[] vote = get("/tor/status-vote/current/" + identity).body();
        assertThat(VoteParser.parse(vote).vote().source().identity())
                .isEqualTo(NETWORK.voters().get(2));
        assertThat(get("/tor/status-vote/current/" + "AB".repeat(20)).status()).isEqualTo(404);
        String digest = DocumentText.upperHex(VoteParser.parse(vote).digest());
        assertThat(get("/tor/status-vote/current/d/" + digest + ".z").status()).isEqualTo(200);
        assertThat(get("/tor/status-vote/current/d/" + digest).body()).isEqualTo(vote);
        assertThat(get("/tor/status-vote/current/d/" + "AB".repeat(20)).status())
                .isEqualTo(404);
    }

    /** Votes and signatures for the next consensus are there for the moment alone in which they are exchanged. */
    @Test
    void get_documentsOfTheNextConsensus_areNotThereBetweenVotes() {
        String identity = DocumentText.upperHex(NETWORK.voters().get(2).value());
        for (String name : List.of("authority", identity, "d/" + identity, "consensus", "consensus-signatures")) {
            assertThat(get("/tor/status-vote/next/" + name + ".z").status())
                    .as(name)
                    .isEqualTo(404);
        }
    }

    @Test
    void get_whatNobodyHas_is404() {
        for (String path : List.of("/", "/tor/", "/tor/robots.txt", "/tor/status-vote/next/consensus", "x")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void post_descriptorOfANewRelay_isVotedAboutAtTheNextTurn() throws Exception {
        TestDirectory network = new TestDirectory(12);
        Authority authority = network.authorities.all().get(0);
        DirServer own = new DirServer(store, Optional.of(authority), Clock.fixed(NOW, ZoneOffset.UTC), scheduler);
        RelayIdentity keys = new RelayIdentity(SeededRandom.of(13, "new"), NOW);
        ServerDescriptor descriptor = DescriptorMaker.make(
                keys,
                RelayProfile.builder("newcomer", TestDirectory.ADDRESS, 9900).build(),
                NOW,
                Duration.ZERO);
        String text = new String(descriptor.text().toArray(), StandardCharsets.ISO_8859_1);
        assertThat(post(own, "/tor/", text).status()).isEqualTo(200);
        assertThat(post(own, "/tor/", text).head()).contains("X-Descriptor-Not-New: Yes");
        assertThat(post(own, "/tor/", text.replace("newcomer", "oldcomer")).status())
                .isEqualTo(400);
        assertThat(post(own, "/tor/", "").status()).isEqualTo(400);
        assertThat(post(own, "/tor/other", text).status()).isEqualTo(404);
        assertThat(post(server, "/tor/", text).status()).isEqualTo(400);
        assertThat(authority.descriptors()).contains(descriptor);
    }

    private Reply post(DirServer to, String path, String body) {
        return send(
                to,
                DirClient.Way.ANONYMOUS,
                "POST " + path + " HTTP/1.0\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void onionDescriptor_isTakenAndGivenToAnonymousClientsAlone() {
        TestOnion onion = new TestOnion(1);
        String path = "/tor/hs/3/" + DocumentText.base64(onion.blindedKey());
        String ask = "GET " + path + " HTTP/1.0\r\n\r\n";
        assertThat(send(server, DirClient.Way.ANONYMOUS, ask).status()).isEqualTo(404);
        String text = onion.descriptor(5, 180, NOW);
        String upload = "POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
        assertThat(send(server, DirClient.Way.ONE_HOP, upload).status()).isEqualTo(503);
        assertThat(send(server, DirClient.Way.ANONYMOUS, upload).status()).isEqualTo(200);
        assertThat(send(server, DirClient.Way.ANONYMOUS, upload).status())
                .as("the same revision")
                .isEqualTo(400);
        assertThat(send(server, DirClient.Way.ANONYMOUS, ask).text()).isEqualTo(text);
        assertThat(send(server, DirClient.Way.DIR_PORT, ask).status()).isEqualTo(503);
        assertThat(send(server, DirClient.Way.ANONYMOUS, "GET /tor/hs/3/x HTTP/1.0\r\n\r\n")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void faults_alterWhatIsServed() throws Exception {
        server.setFaults(DirectoryFaults.oldConsensus());
        assertThat(Bytes.copyOf(get(CONSENSUS).body()))
                .isEqualTo(FIRST.microdescConsensus().text());
        assertThat(get("/tor/keys/all").status()).isEqualTo(200);
        server.setFaults(DirectoryFaults.truncated());
        assertThat(get(CONSENSUS).body())
                .hasSize(SECOND.microdescConsensus().text().size() / 2);
        server.setFaults(DirectoryFaults.forged());
        assertThat(get(CONSENSUS).body())
                .hasSize(SECOND.microdescConsensus().text().size())
                .isNotEqualTo(SECOND.microdescConsensus().text().toArray());
        server.setFaults(DirectoryFaults.unsigned());
        assertThat(Consensus.parse(get(CONSENSUS).body()).signatures()).hasSize(1);
        server.setFaults(DirectoryFaults.status(503));
        assertThat(get(CONSENSUS).status()).isEqualTo(503);
        server.setFaults(DirectoryFaults.cutAfter(100));
        assertThat(get(CONSENSUS).bytes.size()).isEqualTo(100);
        server.setFaults(DirectoryFaults.silent());
        Reply silence = get(CONSENSUS);
        assertThat(silence.bytes.size()).isZero();
        assertThat(silence.ended).isFalse();
    }

    @Test
    void get_consensusThatBeginsADayFromNow_isTooNew() {
        for (int hours : new int[] {23, 25}) {
            Clock slow = Clock.fixed(NOW.minus(Duration.ofHours(hours)), ZoneOffset.UTC);
            DirServer behind = new DirServer(store, Optional.empty(), slow, scheduler);
            Reply reply = send(behind, DirClient.Way.ONE_HOP, "GET " + CONSENSUS + " HTTP/1.0\r\n\r\n");
            assertThat(reply.head()).startsWith(hours == 23 ? "HTTP/1.0 200 " : "HTTP/1.0 404 Consensus is too new");
        }
    }

    @Test
    void faults_dripping_sendsPiecesByTheScheduler() {
        server.setFaults(DirectoryFaults.dripping(1000, Duration.ofSeconds(1)));
        Reply reply = get(CONSENSUS);
        assertThat(reply.bytes.size()).isEqualTo(1000);
        while (!later.isEmpty()) {
            later.remove().run();
        }
        assertThat(reply.ended).isTrue();
        assertThat(reply.pieces).isGreaterThan(3);
        assertThat(Bytes.copyOf(reply.body()))
                .isEqualTo(SECOND.microdescConsensus().text());
    }

    @Property(tries = 200)
    void session_anyBytes_areAnsweredOnceOrWaitedFor(@ForAll List<byte[]> parts) {
        Reply reply = new Reply();
        DirSession session = server.open(new DirClient(Optional.empty(), DirClient.Way.ANONYMOUS), reply);
        parts.forEach(part -> session.onBytes(part, 0, part.length));
        byte[] end = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        session.onBytes(end, 0, end.length);
        assertThat(reply.ended).isTrue();
        assertThat(reply.head()).startsWith("HTTP/1.0 400");
        session.onClosed();
    }

    @Property(tries = 100)
    void session_requestInPieces_isAnsweredAsAWhole(@ForAll @IntRange(min = 1, max = 50) int pieceLen) {
        List<byte[]> pieces = new ArrayList<>();
        TestOnion onion = new TestOnion(pieceLen);
        String text = onion.descriptor(1, 60, NOW);
        byte[] all = ("POST /tor/hs/3/publish HTTP/1.0\r\nContent-Length: " + text.length() + "\r\n\r\n" + text)
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length; at += pieceLen) {
            pieces.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + pieceLen)));
        }
        DirServer fresh = new DirServer(store, Optional.empty(), Clock.fixed(NOW, ZoneOffset.UTC), scheduler);
        Reply reply = new Reply();
        DirSession session = fresh.open(new DirClient(Optional.empty(), DirClient.Way.ANONYMOUS), reply);
        pieces.forEach(piece -> session.onBytes(piece, 0, piece.length));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(fresh.onions().size()).isEqualTo(1);
    }

    @Test
    void session_endlessHeaderOrHugeBody_isRefused() {
        byte[] line = ("X: " + "y".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        Reply reply = new Reply();
        DirSession session = server.open(new DirClient(Optional.empty(), DirClient.Way.ANONYMOUS), reply);
        for (int i = 0; i < 100; i++) {
            session.onBytes(line, 0, line.length);
        }
        assertThat(reply.status()).isEqualTo(400);
        Reply huge = send(server, DirClient.Way.ANONYMOUS, "POST /tor/ HTTP/1.0\r\nContent-Length: 99999999\r\n\r\n");
        assertThat(huge.status()).isEqualTo(400);
    }
}
