package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/** The open links of one relay. On the relay's loop. */
final class RelayLinks {
    private final Set<CellLink> links = new LinkedHashSet<>();

    void add(CellLink link) {
        links.add(link);
    }

    void remove(CellLink link) {
        links.remove(link);
    }

    ImmutableList<CellLink> all() {
        return ImmutableList.copyOf(links);
    }

    /** An open link to a relay that has proven these identities, whoever made it. */
    Optional<CellLink> to(RsaIdentity rsa, Optional<Ed25519Identity> ed25519) {
        for (CellLink link : links) {
            LinkPeer peer = link.peer();
            if (peer.rsaIdentity().equals(Optional.of(rsa))
                    && (!ed25519.isPresent() || ed25519.equals(peer.ed25519Identity()))) {
                return Optional.of(link);
            }
        }
        return Optional.empty();
    }
}
