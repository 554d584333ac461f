package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What the link handshake found out about a channel.
 *
 * @param version the link protocol, 4 or 5
 * @param rsaIdentity the identity that the peer has proven
 * @param ed25519Identity the identity that the peer has proven
 * @param clockSkew how far ahead of ours the peer's clock is (negative: behind), if it told; good to a second or so
 */
public record LinkProperties(
        int version, RsaIdentity rsaIdentity, Ed25519Identity ed25519Identity, Optional<Duration> clockSkew) {
    /** The link protocols that we speak: those in which circuit IDs have 4 bytes. */
    public static final ImmutableSet<Integer> PROTOCOLS = ImmutableSet.of(4, 5);

    /** Says nothing of the relay. */
    @Override
    public String toString() {
        return "LinkProperties(version " + version + ")";
    }
}
