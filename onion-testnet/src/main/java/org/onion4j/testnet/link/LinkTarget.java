package org.onion4j.testnet.link;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.cert.RelayIdentities;

/**
 * A relay to connect to, and who it must prove to be.
 *
 * @param address as numbers
 * @param rsa its RSA identity
 * @param ed25519 its Ed25519 identity, where whoever asks for the link has named it
 */
public record LinkTarget(InetSocketAddress address, RsaIdentity rsa, Optional<Ed25519Identity> ed25519) {
    public LinkTarget {
        checkArgument(!address.isUnresolved(), "an address that would have to be looked up");
    }

    /** Whether a relay with these identities is meant. */
    public boolean isProvenBy(RelayIdentities identities) {
        return rsa.equals(identities.rsa())
                && ed25519.map(identities.ed25519()::equals).orElse(true);
    }
}
