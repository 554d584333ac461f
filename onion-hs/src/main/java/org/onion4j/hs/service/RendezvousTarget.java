package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Optional;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/** Relays as clients and services tell each other of them. Static methods: any thread. */
final class RendezvousTarget {
    private static final int FIRST_OCTET_SHARED = 100; // 100.64.0.0/10
    private static final int SHARED_LOW = 64;
    private static final int SHARED_HIGH = 127;

    private RendezvousTarget() {}

    /**
     * The relay that a client describes, as the last hop of a circuit.
     *
     * @param testing whether private addresses are of use, though the consensus doesn't have them
     * @throws RefusedException if nobody can go there
     */
    static HopTarget of(ImmutableList<LinkSpecifier> specifiers, Bytes onionKey, NetworkView view, boolean testing)
            throws RefusedException {
        LinkSpecifier.Ipv4 address = null;
        LinkSpecifier.RsaId identity = null;
        Optional<Ed25519Identity> ed25519 = Optional.empty();
        for (LinkSpecifier specifier : specifiers) {
            if (specifier instanceof LinkSpecifier.Ipv4 ipv4 && address == null) {
                address = ipv4;
            } else if (specifier instanceof LinkSpecifier.RsaId rsa && identity == null) {
                identity = rsa;
            } else if (specifier instanceof LinkSpecifier.Ed25519Id ed && !ed25519.isPresent()) {
                ed25519 = Optional.of(ed.identity());
            }
        }
        boolean complete = address != null && address.port() != 0 && identity != null;
        if (!complete || !X25519.isUsable(onionKey)) {
            throw new RefusedException(Refusal.BAD_RENDEZVOUS_POINT);
        }
        if (!testing && !isPublic(address.address()) && !isListed(identity.identity(), address.address(), view)) {
            throw new RefusedException(Refusal.BAD_RENDEZVOUS_POINT);
        }
        return new HopTarget(
                identity.identity(),
                ed25519,
                onionKey,
                address.address(),
                address.port(),
                HopTarget.Handshake.NTOR,
                view.parameter("ExtendByEd25519ID", 0, 0, 1) == 1);
    }

    /** Whether the authorities vouch for the address, whatever it is. */
    static boolean isListed(RsaIdentity identity, Inet4Address address, NetworkView view) {
        return view.relay(identity)
                .filter(relay -> relay.ipv4().equals(address))
                .isPresent();
    }

    private static boolean isPublic(Inet4Address address) {
        byte[] octets = address.getAddress();
        int first = octets[0] & 0xff;
        int second = octets[1] & 0xff;
        boolean shared = first == FIRST_OCTET_SHARED && second >= SHARED_LOW && second <= SHARED_HIGH;
        return !(first == 0
                || shared
                || address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || first >= 224); // multicast, and what is reserved
    }

    /** What clients are told of a relay of ours, in the order in which C tor tells. */
    static ImmutableList<LinkSpecifier> specifiers(Relay relay) {
        ImmutableList.Builder<LinkSpecifier> list = ImmutableList.builder();
        list.add(new LinkSpecifier.Ipv4(relay.ipv4(), relay.orPort()));
        list.add(new LinkSpecifier.RsaId(relay.rsaIdentity()));
        relay.ed25519Identity().ifPresent(identity -> list.add(new LinkSpecifier.Ed25519Id(identity)));
        relay.ipv6()
                .filter(socket -> socket.getAddress() instanceof Inet6Address)
                .ifPresent(socket ->
                        list.add(new LinkSpecifier.Ipv6((Inet6Address) socket.getAddress(), socket.getPort())));
        return list.build();
    }
}
