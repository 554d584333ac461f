package org.onion4j.testnet.dir;

import com.google.common.base.Joiner;
import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.SharedRandomValue;

/** Writes and signs votes. Static methods: any thread. Spec: dir-spec, "Vote and consensus status document formats". */
final class VoteMaker {
    private static final Joiner WORDS = Joiner.on(' ');
    private static final Joiner.MapJoiner PAIRS = Joiner.on(' ').withKeyValueSeparator('=');

    private VoteMaker() {}

    /** The vote with its text, signed with the keys of whoever votes. */
    static SignedVote sign(Vote vote, AuthorityKeys keys) {
        DocumentText text = new DocumentText();
        header(text, vote);
        for (VoteEntry entry : vote.entries()) {
            entry(text, entry);
        }
        text.line("directory-footer").raw("directory-signature ");
        Bytes digest = Digests.sha1(text.bytes());
        text.raw(DocumentText.upperHex(keys.identity().value()))
                .raw(" ")
                .raw(DocumentText.upperHex(keys.signingKeyDigest()))
                .raw("\n")
                .object("SIGNATURE", keys.sign(digest));
        return new SignedVote(vote, digest, Bytes.copyOf(text.bytes()));
    }

    private static void header(DocumentText text, Vote vote) {
        Vote.Times times = vote.times();
        text.line("network-status-version", 3)
                .line("vote-status", "vote")
                .line("consensus-methods", WORDS.join(vote.methods()))
                .line("published", DocumentText.time(times.published()))
                .line("valid-after", DocumentText.time(times.validAfter()))
                .line("fresh-until", DocumentText.time(times.freshUntil()))
                .line("valid-until", DocumentText.time(times.validUntil()))
                .line("voting-delay", times.voteSeconds(), times.distSeconds())
                .line("recommended-client-protocols", vote.protocols().recommendedClient())
                .line("recommended-relay-protocols", vote.protocols().recommendedRelay())
                .line("required-client-protocols", vote.protocols().requiredClient())
                .line("required-relay-protocols", vote.protocols().requiredRelay())
                .line("known-flags", WORDS.join(vote.knownFlags()))
                .spacedLine("flag-thresholds", "")
                .spacedLine("params", PAIRS.join(vote.parameters()));
        vote.source().write(text);
        sharedRandom(text, vote.sharedRandom());
        text.raw(new String(vote.certificate().text().toArray(), StandardCharsets.ISO_8859_1));
    }

    private static void sharedRandom(DocumentText text, RandomVote random) {
        if (!random.participates()) {
            return;
        }
        text.line("shared-rand-participate");
        for (RandomCommit commit : random.commits()) {
            text.line(
                    "shared-rand-commit",
                    1,
                    "sha3-256",
                    DocumentText.upperHex(commit.authority().value()),
                    commit.commit(),
                    commit.reveal().orElse(""));
        }
        sharedRandomValues(text, random.previous(), random.current());
    }

    /** The lines that votes and consensuses have in common. */
    static void sharedRandomValues(
            DocumentText text, Optional<SharedRandomValue> previous, Optional<SharedRandomValue> current) {
        previous.ifPresent(value -> sharedRandomValue(text, "shared-rand-previous-value", value));
        current.ifPresent(value -> sharedRandomValue(text, "shared-rand-current-value", value));
    }

    private static void sharedRandomValue(DocumentText text, String keyword, SharedRandomValue value) {
        text.line(
                keyword,
                value.reveals(),
                BaseEncoding.base64().encode(value.value().toArray()));
    }

    private static void entry(DocumentText text, VoteEntry entry) {
        text.line(
                "r",
                entry.nickname(),
                entry.identity().base64(),
                DocumentText.base64(entry.descriptorDigest()),
                DocumentText.time(entry.published()),
                entry.ipv4(),
                entry.orPort(),
                entry.dirPort());
        entry.ipv6().ifPresent(address -> text.line("a", address));
        text.line("s", WORDS.join(entry.flags()));
        if (!entry.version().isEmpty()) {
            text.line("v", entry.version());
        }
        text.line("pr", entry.protocols())
                .line(
                        "w",
                        "Bandwidth=" + entry.bandwidth(),
                        entry.measured().isPresent()
                                ? "Measured=" + entry.measured().getAsLong()
                                : "")
                .line("p", entry.policy())
                .line(
                        "id",
                        "ed25519",
                        entry.ed25519Identity().map(id -> id.base64()).orElse("none"));
        for (VoteEntry.MicrodescriptorName name : entry.microdescriptors()) {
            text.line("m", Joiner.on(',').join(name.methods()), "sha256=" + DocumentText.base64(name.digest()));
        }
    }

    /** The parameters of a "params" line. */
    static String parameters(Map<String, Integer> parameters) {
        return PAIRS.join(parameters);
    }
}
