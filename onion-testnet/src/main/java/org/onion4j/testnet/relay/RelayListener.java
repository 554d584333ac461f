package org.onion4j.testnet.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.link.LinkConnected;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;
import org.onion4j.testnet.wire.WireNet;
import org.onion4j.testnet.wire.WireServer;

/** How a relay's links come about: those it takes and those it makes. On the relay's loop. */
@SuppressWarnings("UnusedVariable") // until links are there
final class RelayListener {
    private final RelayIdentity identity;
    private final WireNet net;
    private final Loop loop;
    private final RandomSource random;
    private Duration skew = Duration.ZERO;
    private WireServer server;
    private boolean closed;

    RelayListener(RelayIdentity identity, WireNet net, Loop loop, RandomSource random) {
        this.identity = identity;
        this.net = net;
        this.loop = loop;
        this.random = random;
    }

    /** Takes links from now on. */
    void listen(InetSocketAddress address, Consumer<RelayLink> adopt) throws IOException {
        server = net.listen(address, loop, wire -> accept(wire, adopt));
    }

    InetSocketAddress address() {
        return server.address();
    }

    void skewClock(Duration by) {
        skew = by;
    }

    private void accept(Wire wire, Consumer<RelayLink> adopt) {
        if (closed) {
            wire.reset();
        }
    }

    /** Makes a link; see {@link LinkMaker}. */
    void dial(InetSocketAddress address, RsaIdentity rsa, Optional<Ed25519Identity> ed25519, LinkConnected callback) {
        net.connect(address, loop, new WireConnected() {
            @Override
            public void onConnected(Wire wire) {
                wire.reset();
                callback.onFailed(new IOException("there are no links yet"));
            }

            @Override
            public void onFailed(IOException cause) {
                callback.onFailed(cause);
            }
        });
    }

    void close() {
        closed = true;
        server.close();
    }
}
