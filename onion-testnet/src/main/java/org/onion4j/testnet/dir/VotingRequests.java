package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.DocumentException;

/**
 * The requests by which authorities exchange votes and signatures. Static methods: any thread. Spec: dir-spec,
 * "Exchanging votes", "Exchanging detached signatures".
 */
final class VotingRequests {
    static final String NEXT = "/tor/status-vote/next/";
    static final String POST_VOTE = "/tor/post/vote";
    static final String POST_SIGNATURE = "/tor/post/consensus-signature";
    static final String SIGNATURES = "consensus-signatures";

    private VotingRequests() {}

    /** A request for what this authority has of the next consensus, below {@link #NEXT}. */
    static DirAnswer get(Authority authority, String name) {
        VoteExchange exchange = authority.exchange();
        if (name.equals(SIGNATURES)) {
            return exchange.signatures().map(all -> DirAnswer.ok(all.text())).orElseGet(DirAnswer::notFound);
        }
        for (Flavour flavour : Flavour.values()) {
            if (name.equals(flavour.resource())) {
                return exchange.consensus(flavour)
                        .map(one -> DirAnswer.ok(one.text()))
                        .orElseGet(DirAnswer::notFound);
            }
        }
        List<Bytes> found = new ArrayList<>();
        if (name.startsWith("d/")) {
            List<Bytes> digests = DocumentRequests.hexList(name.substring("d/".length()), '+');
            exchange.votes().stream()
                    .filter(vote -> digests.contains(vote.digest()))
                    .forEach(vote -> found.add(vote.text()));
        } else if (name.equals("authority")) {
            exchange.vote(authority.keys().identity()).ifPresent(vote -> found.add(vote.text()));
        } else {
            for (Bytes identity : DocumentRequests.hexList(name, '+')) {
                if (identity.size() == RsaIdentity.LEN) {
                    exchange.vote(new RsaIdentity(identity)).ifPresent(vote -> found.add(vote.text()));
                }
            }
        }
        return DocumentRequests.answer(found);
    }

    /** An upload for the next consensus. */
    static DirAnswer post(Authority authority, DirRequest request) {
        VoteExchange exchange = authority.exchange();
        try {
            return switch (request.path()) {
                case POST_VOTE ->
                    DirAnswer.status(200, exchange.addVote(request.body()) ? "Vote stored" : "Vote is there already");
                case POST_SIGNATURE -> DirAnswer.status(200, words(exchange.addSignatures(request.body())));
                default -> DirAnswer.notFound();
            };
        } catch (DocumentException e) {
            return DirAnswer.status(400, "Refused: " + e.getMessage());
        }
    }

    private static String words(VoteExchange.Verdict verdict) {
        return switch (verdict) {
            case ADDED -> "Signatures stored";
            case KNOWN -> "Signatures are there already";
            case QUEUED -> "Signatures wait for the consensus";
        };
    }

    /** What one authority sends another. */
    static DirRequest post(String path, Bytes document) {
        return new DirRequest(DirRequest.Method.POST, path, ImmutableMap.of(), document);
    }
}
