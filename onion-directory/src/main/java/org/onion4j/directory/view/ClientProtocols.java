package org.onion4j.directory.view;

import java.time.Instant;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ProtocolVersions;

/**
 * What a client speaks, for comparison with what a consensus asks of clients. Spec: tor-spec, "Subprotocol
 * versioning"; dir-spec, "required-client-protocols".
 *
 * @param supported what it speaks
 * @param released when it was made: requirements of a consensus from before then are none for it, as whoever made it
 *     knew better
 */
public record ClientProtocols(ProtocolVersions supported, Instant released) {
    /** This library's. A release that speaks more, or less, says so here, and moves its date. */
    private static final ClientProtocols CURRENT = new ClientProtocols(
            list("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1 HSDir=2 HSIntro=4-5 HSRend=2 Link=4-5 Microdesc=1-3"
                    + " Padding=2 Relay=2-4"),
            Instant.parse("2026-11-01T00:00:00Z"));

    /** What this library speaks. */
    public static ClientProtocols current() {
        return CURRENT;
    }

    /** What the consensus demands and this client lacks; if anything, it must not use the network. */
    public ProtocolVersions missingRequired(Consensus consensus) {
        return consensus.validAfter().isBefore(released)
                ? ProtocolVersions.NONE
                : consensus.requiredClientProtocols().minus(supported);
    }

    /** What the consensus recommends and this client lacks: worth a word in the log. */
    public ProtocolVersions missingRecommended(Consensus consensus) {
        return consensus.recommendedClientProtocols().minus(supported);
    }

    private static ProtocolVersions list(String text) {
        try {
            return ProtocolVersions.parse(text);
        } catch (DocumentException e) {
            throw new IllegalStateException(e);
        }
    }
}
