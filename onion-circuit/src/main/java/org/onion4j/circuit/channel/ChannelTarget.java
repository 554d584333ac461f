package org.onion4j.circuit.channel;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * The relay at the other end of a channel: where it is and who it must prove to be.
 *
 * @param address where it listens, as numbers: never a name to look up
 * @param rsaIdentity the RSA identity that it must prove
 * @param ed25519Identity the Ed25519 identity that it must prove, where it is known beforehand
 */
public record ChannelTarget(
        InetSocketAddress address, RsaIdentity rsaIdentity, Optional<Ed25519Identity> ed25519Identity) {
    public ChannelTarget {
        checkArgument(!address.isUnresolved(), "an address that would have to be looked up");
    }

    /** Whether a relay with these identities is the one that is meant. */
    boolean isProvenBy(RsaIdentity rsa, Ed25519Identity ed25519) {
        return rsaIdentity.equals(rsa)
                && (!ed25519Identity.isPresent() || ed25519Identity.get().equals(ed25519));
    }

    /** Whether a relay that meets this meets the other target too: it has the same address and no less is expected of it. */
    boolean includes(ChannelTarget other) {
        return address.equals(other.address)
                && rsaIdentity.equals(other.rsaIdentity)
                && (!other.ed25519Identity.isPresent() || other.ed25519Identity.equals(ed25519Identity));
    }

    /** Says nothing of the relay: a target gets into errors and logs. */
    @Override
    public String toString() {
        return "ChannelTarget";
    }
}
