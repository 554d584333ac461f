package org.onion4j.directory.supply;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.network.DirectoryServer;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/** What circuits need to know of relays, taken from a network view. */
public final class RelayTargets {
    /** Version of the Relay subprotocol that has the ntor-v3 handshake. */
    private static final int RELAY_NTOR_V3 = 4;

    private RelayTargets() {}

    /** The relay as the far end of a channel. */
    public static ChannelTarget channel(Relay relay) {
        return new ChannelTarget(
                new InetSocketAddress(relay.ipv4(), relay.orPort()), relay.rsaIdentity(), relay.ed25519Identity());
    }

    /** A directory server known beforehand as the far end of a channel. */
    public static ChannelTarget channel(DirectoryServer server) {
        checkArgument(server.orPort() != 0, "a directory server without onion-routing port");
        return new ChannelTarget(
                new InetSocketAddress(server.ipv4(), server.orPort()), server.rsaIdentity(), Optional.empty());
    }

    /**
     * The relay as a hop: by ntor-v3 where it knows that, else by ntor.
     *
     * @throws IllegalStateException without a microdescriptor
     */
    public static HopTarget hop(Relay relay, NetworkView view) {
        boolean v3 =
                relay.ed25519Identity().isPresent() && relay.protocols().supports(Subprotocol.RELAY, RELAY_NTOR_V3);
        return new HopTarget(
                relay.rsaIdentity(),
                relay.ed25519Identity(),
                relay.ntorOnionKey(),
                relay.ipv4(),
                relay.orPort(),
                v3 ? HopTarget.Handshake.NTOR_V3 : HopTarget.Handshake.NTOR,
                view.parameter("ExtendByEd25519ID", 0, 0, 1) == 1);
    }
}
