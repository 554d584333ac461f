package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.time.Instant;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.ProtocolVersions;

/**
 * An authority's opinion of the network. Immutable: any thread. Spec: dir-spec, "Vote and consensus status document
 * formats".
 *
 * @param source who votes
 * @param times when the consensus of these votes counts
 * @param methods the consensus methods that the voter knows
 * @param knownFlags the flags that the voter has an opinion on
 * @param parameters for the "params" line
 * @param entries in ascending order of their RSA identities
 */
record Vote(
        Source source,
        Times times,
        ImmutableSortedSet<Integer> methods,
        ImmutableSortedSet<String> knownFlags,
        Protocols protocols,
        ImmutableSortedMap<String, Integer> parameters,
        RandomVote sharedRandom,
        AuthorityCertificate certificate,
        ImmutableList<VoteEntry> entries) {

    /** The voter, as votes and consensuses name it. */
    record Source(String nickname, RsaIdentity identity, String ipv4, int dirPort, int orPort, String contact) {
        /** Writes the lines "dir-source" and "contact". */
        void write(DocumentText text) {
            text.line("dir-source", nickname, DocumentText.upperHex(identity.value()), ipv4, ipv4, dirPort, orPort)
                    .spacedLine("contact", contact);
        }
    }

    /** The times of a vote, and its two delays in seconds. */
    record Times(
            Instant published,
            Instant validAfter,
            Instant freshUntil,
            Instant validUntil,
            int voteSeconds,
            int distSeconds) {}

    /** What the voter thinks that clients and relays should speak, and what they must. */
    record Protocols(
            ProtocolVersions recommendedClient,
            ProtocolVersions recommendedRelay,
            ProtocolVersions requiredClient,
            ProtocolVersions requiredRelay) {}
}
