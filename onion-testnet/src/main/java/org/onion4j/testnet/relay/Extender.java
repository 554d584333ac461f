package org.onion4j.testnet.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.testnet.link.LinkConnected;
import org.onion4j.testnet.link.RelayLink;

/**
 * Extends circuits to other relays: over a link that is open to the relay, else over a new one, for which circuits that
 * want it at the same time wait together. Spec: tor-spec, "Creating circuits". On the relay's loop.
 */
final class Extender {
    private final RelayCore core;
    private final Map<Target, List<Extension>> dialling = new HashMap<>();

    private record Target(RsaIdentity rsa, Optional<Ed25519Identity> ed25519) {}

    Extender(RelayCore core) {
        this.core = core;
    }

    /**
     * Extends a circuit, now or later, or closes it.
     *
     * @throws WireFormatException if the message asks for what no client has a reason to ask for
     */
    void extend(RelayCircuit circuit, Extend2 message) throws WireFormatException {
        Target target = target(message);
        checkNotBack(target, circuit.previousLink().peer());
        if (message.data().size() > Create2.MAX_HDATA_LEN) {
            throw new WireFormatException("EXTEND2 with " + message.data().size() + " bytes of handshake");
        }
        Create2 create = new Create2(message.type(), message.data());
        Optional<InetSocketAddress> address = address(message);
        if (!address.isPresent()) {
            throw new WireFormatException("EXTEND2 without an address that can be dialled");
        }
        Optional<CellLink> link = core.links().to(target.rsa, target.ed25519);
        if (link.isPresent()) {
            circuit.extendOver(link.get(), create);
            return;
        }
        if (target.rsa.equals(core.keys().rsaIdentity())) {
            circuit.close(DestroyReason.CONNECTFAILED);
            return;
        }
        Extension extension = new Extension(circuit, create);
        circuit.extending(extension);
        List<Extension> others = dialling.get(target);
        if (others != null) {
            others.add(extension);
            return;
        }
        List<Extension> waiting = new ArrayList<>();
        waiting.add(extension);
        dialling.put(target, waiting);
        core.dial(address.get(), target.rsa, target.ed25519, new LinkConnected() {
            @Override
            public void onLink(RelayLink opened) {
                CellLink carrier = core.adopt(opened);
                finish(target).forEach(one -> one.onLink(carrier));
            }

            @Override
            public void onFailed(IOException cause) {
                core.log().debug("no link to a relay: {}", cause.toString());
                finish(target).forEach(one -> one.onFailed(DestroyReason.CONNECTFAILED));
            }
        });
    }

    private List<Extension> finish(Target target) {
        List<Extension> waiting = dialling.remove(target);
        return waiting == null ? new ArrayList<>() : waiting;
    }

    private Target target(Extend2 message) throws WireFormatException {
        RsaIdentity rsa = null;
        Optional<Ed25519Identity> ed25519 = Optional.empty();
        for (LinkSpecifier specifier : message.specifiers()) {
            if (specifier instanceof LinkSpecifier.RsaId id) {
                rsa = id.identity();
            } else if (specifier instanceof LinkSpecifier.Ed25519Id id
                    && !isZero(id.identity().value())) {
                ed25519 = Optional.of(id.identity());
            }
        }
        if (rsa == null || isZero(rsa.value())) {
            throw new WireFormatException("EXTEND2 without an identity");
        }
        return new Target(rsa, ed25519.isPresent() ? ed25519 : core.directory().ed25519Of(rsa));
    }

    /** There is no reason to go back to where the circuit came from, and circular paths are of use in attacks. */
    private static void checkNotBack(Target target, LinkPeer previous) throws WireFormatException {
        boolean same = previous.rsaIdentity().equals(Optional.of(target.rsa))
                || (target.ed25519.isPresent() && previous.ed25519Identity().equals(target.ed25519));
        if (same) {
            throw new WireFormatException("EXTEND2 back to the relay before");
        }
    }

    /** IPv4 where there is one. */
    private static Optional<InetSocketAddress> address(Extend2 message) {
        Optional<InetSocketAddress> ipv6 = Optional.empty();
        for (LinkSpecifier specifier : message.specifiers()) {
            if (specifier instanceof LinkSpecifier.Ipv4 ipv4) {
                if (isUsable(ipv4.address(), ipv4.port())) {
                    return Optional.of(new InetSocketAddress(ipv4.address(), ipv4.port()));
                }
            } else if (specifier instanceof LinkSpecifier.Ipv6 other && isUsable(other.address(), other.port())) {
                ipv6 = Optional.of(new InetSocketAddress(other.address(), other.port()));
            }
        }
        return ipv6;
    }

    private static boolean isUsable(InetAddress address, int port) {
        return port != 0 && !address.isAnyLocalAddress() && !address.isMulticastAddress();
    }

    private static boolean isZero(Bytes value) {
        for (int i = 0; i < value.size(); i++) {
            if (value.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
