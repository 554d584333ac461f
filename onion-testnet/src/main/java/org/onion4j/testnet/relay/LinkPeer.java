package org.onion4j.testnet.relay;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.testnet.link.RelayLink;

/**
 * Who is at the other end of a relay's link, as far as the relay knows.
 *
 * @param initiatedByUs whether the relay dialled; then circuit IDs that it makes have their high bit set
 * @param address of the other end of the connection
 * @param rsaIdentity what the peer proved; absent for a client
 * @param ed25519Identity what the peer proved; absent for a client
 */
public record LinkPeer(
        boolean initiatedByUs,
        InetSocketAddress address,
        Optional<RsaIdentity> rsaIdentity,
        Optional<Ed25519Identity> ed25519Identity) {
    static LinkPeer of(RelayLink link) {
        return new LinkPeer(
                link.isInitiator(),
                link.remote(),
                link.peer().map(RelayIdentities::rsa),
                link.peer().map(RelayIdentities::ed25519));
    }

    /** Whether the peer proved no identity: it is a client, as every relay authenticates. */
    public boolean isClient() {
        return !rsaIdentity.isPresent();
    }
}
