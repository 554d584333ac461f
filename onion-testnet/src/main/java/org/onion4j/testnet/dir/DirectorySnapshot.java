package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.ServerDescriptor;

/**
 * All documents that belong to one consensus. Immutable: any thread.
 *
 * @param consensuses in both flavours
 * @param certificates of all authorities; of each the oldest first
 * @param microdescriptors texts by SHA-256 digest
 * @param descriptors by RSA identity
 * @param votes texts by v3 identity
 */
public record DirectorySnapshot(
        ImmutableMap<Flavour, SignedConsensus> consensuses,
        ImmutableList<AuthorityCertificate> certificates,
        ImmutableMap<Bytes, Bytes> microdescriptors,
        ImmutableSortedMap<RsaIdentity, ServerDescriptor> descriptors,
        ImmutableSortedMap<RsaIdentity, Bytes> votes) {

    /** The consensus for clients. */
    public SignedConsensus microdescConsensus() {
        return consensuses.get(Flavour.MICRODESC);
    }

    /** When the consensus comes into force. */
    public Instant validAfter() {
        return microdescConsensus().validAfter();
    }
}
