package org.onion4j.hs.client;

import com.google.common.collect.ImmutableList;
import java.net.Inet6Address;
import java.util.Optional;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.descriptor.IntroductionPoint;

/** Relays as others are told of them by link specifiers, in both directions. Static methods: any thread. */
final class IntroductionTargets {
    /** Of the subprotocol HSRend: takes RENDEZVOUS1 of version 3. */
    private static final int RENDEZVOUS_VERSION = 2;

    private IntroductionTargets() {}

    /** An introduction point as the last hop of a circuit; empty if the service doesn't say enough of it. */
    static Optional<HopTarget> hop(IntroductionPoint point, NetworkView view) {
        LinkSpecifier.Ipv4 address = null;
        LinkSpecifier.RsaId identity = null;
        Optional<Ed25519Identity> ed25519 = Optional.empty();
        for (LinkSpecifier specifier : point.linkSpecifiers()) {
            if (specifier instanceof LinkSpecifier.Ipv4 ipv4 && address == null) {
                address = ipv4;
            } else if (specifier instanceof LinkSpecifier.RsaId rsa && identity == null) {
                identity = rsa;
            } else if (specifier instanceof LinkSpecifier.Ed25519Id ed && !ed25519.isPresent()) {
                ed25519 = Optional.of(ed.identity());
            }
        }
        if (address == null || address.port() == 0 || identity == null) {
            return Optional.empty();
        }
        return Optional.of(new HopTarget(
                identity.identity(),
                ed25519,
                point.onionKey(),
                address.address(),
                address.port(),
                HopTarget.Handshake.NTOR,
                view.parameter("ExtendByEd25519ID", 0, 0, 1) == 1));
    }

    /** Whether a service can be told to come to a relay. */
    static boolean canMeet(Relay relay) {
        return relay.ed25519Identity().isPresent()
                && relay.hasMicrodescriptor()
                && relay.protocols().supports(Subprotocol.HS_REND, RENDEZVOUS_VERSION);
    }

    /** What a service is told of the relay where we wait for it: in C tor's order, so that we look like one. */
    static ImmutableList<LinkSpecifier> specifiers(Relay relay) {
        ImmutableList.Builder<LinkSpecifier> specifiers = ImmutableList.<LinkSpecifier>builder()
                .add(
                        new LinkSpecifier.Ipv4(relay.ipv4(), relay.orPort()),
                        new LinkSpecifier.RsaId(relay.rsaIdentity()),
                        new LinkSpecifier.Ed25519Id(relay.ed25519Identity().get()));
        relay.ipv6().ifPresent(address -> {
            if (address.getAddress() instanceof Inet6Address ipv6) {
                specifiers.add(new LinkSpecifier.Ipv6(ipv6, address.getPort()));
            }
        });
        return specifiers.build();
    }
}
