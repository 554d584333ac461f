package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.net.Inet4Address;
import java.util.Optional;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * A relay as the next hop of a circuit: how to reach it, who it must be, and how to shake hands with it.
 *
 * @param rsaIdentity its RSA identity
 * @param ed25519Identity its Ed25519 identity, without which there is no ntor-v3
 * @param ntorOnionKey its ntor onion key, 32 bytes
 * @param address where it listens, for the hop before it
 * @param port where it listens
 * @param handshake NTOR or NTOR_V3
 * @param identifyByEd25519 whether EXTEND2 names the Ed25519 identity too (parameter ExtendByEd25519ID)
 */
public record HopTarget(
        RsaIdentity rsaIdentity,
        Optional<Ed25519Identity> ed25519Identity,
        Bytes ntorOnionKey,
        Inet4Address address,
        int port,
        Handshake handshake,
        boolean identifyByEd25519) {
    /** The handshakes that a hop can be made with. */
    public enum Handshake {
        NTOR,
        NTOR_V3
    }

    /** Size of an ntor onion key in bytes. */
    public static final int ONION_KEY_LEN = 32;

    public HopTarget {
        checkArgument(ntorOnionKey.size() == ONION_KEY_LEN, "onion key of %s bytes", ntorOnionKey.size());
        checkArgument(port > 0 && port <= 0xffff, "port %s", port);
        checkArgument(
                handshake != Handshake.NTOR_V3 || ed25519Identity.isPresent(), "ntor-v3 needs the Ed25519 identity");
    }

    /** The link specifiers of EXTEND2, in the order in which C tor sends them. */
    ImmutableList<LinkSpecifier> linkSpecifiers() {
        ImmutableList.Builder<LinkSpecifier> list = ImmutableList.builder();
        list.add(new LinkSpecifier.Ipv4(address, port)).add(new LinkSpecifier.RsaId(rsaIdentity));
        if (identifyByEd25519 && ed25519Identity.isPresent()) {
            list.add(new LinkSpecifier.Ed25519Id(ed25519Identity.get()));
        }
        return list.build();
    }

    /** Says nothing of the relay: a hop gets into errors and logs. */
    @Override
    public String toString() {
        return "HopTarget(" + handshake + ")";
    }
}
