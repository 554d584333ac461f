package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/** How authorities exchange votes and signatures, by requests. Spec: dir-spec, "Exchanging votes" and the next sections. */
class VoteExchangeTest {
    private static final Instant NOW = TestDirectory.NOW;
    private static final Instant TURN = Instant.parse("2026-03-01T12:05:00Z");
    private static final String NEXT = VotingRequests.NEXT;

    private final TestDirectory network = new TestDirectory(310);
    private final Authority ours = network.authorities.all().get(0);
    private final Authority absent = network.authorities.all().get(1);
    /** The same authorities elsewhere: another implementation, as far as ours can tell. */
    private final TestDirectory elsewhere = new TestDirectory(310);

    private final DirServer server = new DirServer(
            new DirectoryStore(), Optional.of(ours), Clock.fixed(NOW, ZoneOffset.UTC), (task, delay) -> () -> {});

    VoteExchangeTest() {
        network.authorities.turnOver(NOW);
        elsewhere.authorities.turnOver(NOW);
    }

    /** An answer, uncompressed. */
    private record Answer(int status, Bytes body) {}

    private Answer send(byte[] request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DirReply reply = new DirReply() {
            @Override
            public void send(byte[] bytes) {
                out.writeBytes(bytes);
            }

            @Override
            public void end() {
                // the answer is whole
            }
        };
        server.open(new DirClient(Optional.empty(), DirClient.Way.DIR_PORT), reply)
                .onBytes(request, 0, request.length);
        String all = out.toString(StandardCharsets.ISO_8859_1);
        int body = all.indexOf("\r\n\r\n") + 4;
        return new Answer(
                Integer.parseInt(all.split(" ", 3)[1]),
                Bytes.copyOf(Arrays.copyOfRange(out.toByteArray(), body, out.size())));
    }

    private Answer get(String path) {
        return send(DocumentText.bytes("GET " + path + " HTTP/1.0\r\n\r\n"));
    }

    private int post(String path, Bytes body) {
        byte[] head = DocumentText.bytes("POST " + path + " HTTP/1.0\r\nContent-Length: " + body.size() + "\r\n\r\n");
        return send(Bytes.concat(Bytes.copyOf(head), body).toArray()).status();
    }

    private static Vote.Times times(Instant published, Instant validAfter) {
        VotingSchedule schedule = TestDirectory.SCHEDULE;
        return new Vote.Times(
                published, validAfter, schedule.freshUntil(validAfter), schedule.validUntil(validAfter), 2, 2);
    }

    /** What the absent authority votes elsewhere. */
    private SignedVote vote(Instant published, Instant validAfter) {
        Authority voter = elsewhere.authorities.all().get(1);
        voter.random().prepare(validAfter);
        ImmutableSet<RsaIdentity> authorities = elsewhere.authorities.all().stream()
                .map(Authority::relayIdentity)
                .collect(ImmutableSet.toImmutableSet());
        return voter.vote(times(published, validAfter), authorities, relay -> true);
    }

    private SignedVote vote() {
        return vote(TURN.minusSeconds(4), TURN);
    }

    private static String hex(RsaIdentity identity) {
        return DocumentText.upperHex(identity.value());
    }

    private void leaveOut() {
        absent.setSettings(absent.settings().withBehaviour(AuthoritySettings.Behaviour.ABSENT));
    }

    @Test
    void post_vote_isServedAndCounted_thoughItCameToOneAlone() throws Exception {
        SignedVote vote = vote();
        assertThat(post(VotingRequests.POST_VOTE, vote.text())).isEqualTo(200);
        assertThat(get(NEXT + hex(absent.keys().identity())).body()).isEqualTo(vote.text());
        assertThat(get(NEXT + "d/" + DocumentText.upperHex(vote.digest())).body())
                .isEqualTo(vote.text());
        assertThat(get(NEXT + "authority").status()).as("its own").isEqualTo(404);

        leaveOut();
        DirectorySnapshot made = network.authorities.turnOver(TURN).orElseThrow();

        assertThat(made.votes().get(absent.keys().identity())).isEqualTo(vote.text());
        assertThat(made.votes()).hasSize(3);
        assertThat(made.microdescConsensus().asText()).contains("dir-source authority1 ");
        assertThat(made.microdescConsensus().signers())
                .hasSize(2)
                .doesNotContain(absent.keys().identity());
        assertThat(get(NEXT + hex(absent.keys().identity())).status())
                .as("that is over")
                .isEqualTo(404);
    }

    @Test
    void post_signaturesBeforeTheConsensus_waitForIt() throws Exception {
        SignedVote vote = vote();
        DirectorySnapshot same = elsewhere.authorities.turnOver(TURN).orElseThrow();
        assertThat(same.votes().get(absent.keys().identity())).isEqualTo(vote.text());
        Bytes signatures = signatures(same, elsewhere.authorities.all().get(1));
        assertThat(post(VotingRequests.POST_VOTE, vote.text())).isEqualTo(200);
        assertThat(post(VotingRequests.POST_SIGNATURE, signatures)).isEqualTo(200);
        assertThat(get(NEXT + "consensus-signatures").status()).isEqualTo(404);

        leaveOut();
        DirectorySnapshot made = network.authorities.turnOver(TURN).orElseThrow();

        assertThat(made.microdescConsensus().signers())
                .contains(absent.keys().identity())
                .hasSize(3);
        assertThat(made.consensuses()).isEqualTo(same.consensuses());
    }

    private static UnsignedConsensus unsigned(SignedConsensus consensus) {
        String text = consensus.asText();
        return UnsignedConsensus.of(
                consensus.flavour(),
                times(consensus.validAfter(), consensus.validAfter()),
                text.substring(0, text.indexOf("directory-signature ")));
    }

    private static Bytes signatures(DirectorySnapshot snapshot, Authority signer) {
        UnsignedConsensus plain = unsigned(snapshot.consensuses().get(Flavour.NS));
        UnsignedConsensus micro = unsigned(snapshot.microdescConsensus());
        return new DetachedSignatures(
                        plain.digest(),
                        plain.times().validAfter(),
                        plain.times().freshUntil(),
                        plain.times().validUntil(),
                        ImmutableList.of(new DetachedSignatures.FlavourDigest("microdesc", "sha256", micro.digest())),
                        ImmutableList.of(micro.sign(signer.keys()), plain.sign(signer.keys())))
                .text();
    }

    /** T34: what is refused changes nothing. */
    @Test
    void post_badVotes_are400_andTheGoodOneStays() {
        SignedVote good = vote();
        assertThat(post(VotingRequests.POST_VOTE, good.text())).isEqualTo(200);
        assertThat(post(VotingRequests.POST_VOTE, good.text())).as("again").isEqualTo(200);

        byte[] damaged = good.text().toArray();
        damaged[damaged.length / 2] ^= 1;
        List<Bytes> bad = new ArrayList<>(List.of(
                Bytes.EMPTY,
                Bytes.copyOf(DocumentText.bytes("network-status-version 3\n")),
                Bytes.copyOf(damaged),
                Bytes.copyOf(new byte[DirRequest.MAX_BODY_LEN]),
                Bytes.copyOf(new byte[DirRequest.MAX_BODY_LEN + 1]),
                vote(TURN.minusSeconds(5), TURN).text(), // older
                vote(TURN, TURN.plus(Duration.ofMinutes(5))).text())); // for the interval after
        Authority stranger = new TestDirectory(311).authorities.all().get(0);
        stranger.random().prepare(TURN);
        bad.add(stranger.vote(times(NOW, TURN), ImmutableSet.of(), relay -> true)
                .text());
        for (Bytes one : bad) {
            assertThat(post(VotingRequests.POST_VOTE, one)).isEqualTo(400);
        }
        assertThat(get(NEXT + hex(absent.keys().identity())).body()).isEqualTo(good.text());
        assertThat(post("/tor/post/other", good.text())).isEqualTo(404);

        SignedVote newer = vote(TURN.minusSeconds(3), TURN);
        assertThat(post(VotingRequests.POST_VOTE, newer.text())).isEqualTo(200);
        assertThat(get(NEXT + hex(absent.keys().identity())).body()).isEqualTo(newer.text());
    }

    @Test
    void post_badSignatures_are400_andThoseThatWaitAreBounded() {
        DirectorySnapshot same = elsewhere.authorities.turnOver(TURN).orElseThrow();
        Bytes good = signatures(same, elsewhere.authorities.all().get(1));
        String text = new String(good.toArray(), StandardCharsets.ISO_8859_1);
        for (String bad : new String[] {"", "consensus-digest 00\n", text.replace("12:05:00", "12:06:00")}) {
            assertThat(post(VotingRequests.POST_SIGNATURE, Bytes.copyOf(DocumentText.bytes(bad))))
                    .isEqualTo(400);
        }
        String digest = text.substring(0, text.indexOf('\n'));
        for (int i = 0; i < 2 * VoteExchange.MAX_QUEUED; i++) {
            String other = text.replace(digest, "consensus-digest " + String.format("%040X", i));
            assertThat(post(VotingRequests.POST_SIGNATURE, Bytes.copyOf(DocumentText.bytes(other))))
                    .isEqualTo(i < VoteExchange.MAX_QUEUED ? 200 : 400);
        }
        // Those of consensuses that nobody makes do no harm.
        assertThat(network.authorities
                        .turnOver(TURN)
                        .orElseThrow()
                        .microdescConsensus()
                        .signers())
                .hasSize(3);
    }

    // What C tor 0.4.9.11's authorities said and signed.

    private static JsonObject vector() throws Exception {
        try (Reader in = new InputStreamReader(
                VoteExchangeTest.class.getResourceAsStream("/vectors/ctor-vote-exchange.json"),
                StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(in).getAsJsonObject();
        }
    }

    private static Bytes text(JsonObject vector, String name) {
        return Bytes.copyOf(DocumentText.bytes(vector.get(name).getAsString()));
    }

    @Test
    void cTorsVotesAndSignatures_areTaken_andServedAsCTorServesThem() throws Exception {
        JsonObject vector = vector();
        VoteExchange exchange = new VoteExchange();
        ImmutableSortedMap.Builder<RsaIdentity, Bytes> votes = ImmutableSortedMap.naturalOrder();
        for (int i = 0; i < 3; i++) {
            Bytes vote = text(vector, "vote" + i);
            votes.put(VoteParser.parse(vote.toArray()).vote().source().identity(), vote);
        }
        exchange.accept(ImmutableSet.copyOf(votes.buildOrThrow().keySet()), vote -> VoteParser.parse(vote.toArray()));
        Bytes signatures = text(vector, "consensus-signatures");
        exchange.begin(DetachedSignatures.parse(signatures).validAfter());
        for (Bytes vote : votes.buildOrThrow().values()) {
            assertThat(exchange.addVote(vote)).isTrue();
        }
        assertThat(exchange.addSignatures(signatures)).isEqualTo(VoteExchange.Verdict.QUEUED);

        ConsensusMaker maker = new ConsensusMaker(exchange.votes(), 3, false);
        Vote.Times times = exchange.votes().get(0).vote().times();
        List<UnsignedConsensus> computed = new ArrayList<>();
        for (Flavour flavour : Flavour.values()) {
            computed.add(UnsignedConsensus.of(flavour, times, maker.unsigned(flavour)));
        }
        exchange.computed(computed);

        assertThat(exchange.signatureCount()).as("of both flavours, all good").isEqualTo(6);
        assertThat(exchange.signatures().orElseThrow().text()).isEqualTo(signatures);
        assertThat(exchange.consensus(Flavour.NS).orElseThrow().text()).isEqualTo(text(vector, "consensus"));
        assertThat(exchange.addSignatures(signatures)).isEqualTo(VoteExchange.Verdict.KNOWN);
    }
}
