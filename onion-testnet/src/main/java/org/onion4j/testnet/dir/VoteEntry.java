package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What a vote says of a relay. Immutable. Spec: dir-spec, "Vote and consensus status document formats", router status
 * entries.
 *
 * @param descriptorDigest SHA-1 of the server descriptor that the voter has, 20 bytes
 * @param published when that was made
 * @param ipv4 in dotted decimal
 * @param ipv6 address and port as in an "a" line
 * @param flags the words of the "s" line
 * @param version the "v" line; empty for none
 * @param protocols the "pr" line
 * @param bandwidth kilobytes a second that the relay claims
 * @param measured what the voter has measured
 * @param policy the "p" line
 * @param microdescriptors by consensus method
 */
record VoteEntry(
        String nickname,
        RsaIdentity identity,
        Bytes descriptorDigest,
        Instant published,
        String ipv4,
        int orPort,
        int dirPort,
        Optional<String> ipv6,
        ImmutableSortedSet<String> flags,
        String version,
        String protocols,
        long bandwidth,
        OptionalLong measured,
        String policy,
        Optional<Ed25519Identity> ed25519Identity,
        ImmutableList<MicrodescriptorName> microdescriptors) {

    /**
     * The microdescriptor that some consensus methods make.
     *
     * @param digest SHA-256, 32 bytes
     */
    record MicrodescriptorName(ImmutableSet<Integer> methods, Bytes digest) {}

    /** The name of the microdescriptor under a consensus method. */
    Optional<Bytes> microdescriptor(int method) {
        for (MicrodescriptorName name : microdescriptors) {
            if (name.methods().contains(method)) {
                return Optional.of(name.digest());
            }
        }
        return Optional.empty();
    }
}
