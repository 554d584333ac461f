package org.onion4j.testnet.relay;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.testnet.link.LinkConnected;

/** Makes a relay's links to other relays. On the relay's loop. */
@FunctionalInterface
interface LinkMaker {
    /**
     * Makes a link on which both sides have proven who they are.
     *
     * @param rsa that the relay must prove
     * @param ed25519 that the relay must prove, if it is known beforehand
     * @param callback called on the loop, never within this call
     */
    void dial(InetSocketAddress address, RsaIdentity rsa, Optional<Ed25519Identity> ed25519, LinkConnected callback);
}
