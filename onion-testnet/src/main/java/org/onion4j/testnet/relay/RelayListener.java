package org.onion4j.testnet.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.link.LinkAcceptor;
import org.onion4j.testnet.link.LinkConnected;
import org.onion4j.testnet.link.LinkDialer;
import org.onion4j.testnet.link.LinkSettings;
import org.onion4j.testnet.link.LinkTarget;
import org.onion4j.testnet.link.LinkTls;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireNet;
import org.onion4j.testnet.wire.WireServer;

/** How a relay's links come about: those it takes and those it makes. On the relay's loop. */
final class RelayListener {
    private final RelayConfig config;
    private final WireNet net;
    private final Loop loop;
    private final LinkSettings settings;
    private final LinkDialer dialer;
    private Duration skew = Duration.ZERO;
    private WireServer server;
    private boolean closed;

    RelayListener(
            RelayConfig config, RelayIdentity identity, LinkTls tls, WireNet net, Loop loop, RandomSource random) {
        this.config = config;
        this.net = net;
        this.loop = loop;
        this.settings = new LinkSettings(
                identity,
                config.address().getAddress(),
                net,
                loop,
                loop.time().clock(() -> skew),
                random,
                tls,
                config.linkScripts());
        this.dialer = new LinkDialer(settings);
    }

    /** Takes links from now on. */
    void listen(Consumer<RelayLink> adopt) throws IOException {
        LinkAcceptor acceptor = new LinkAcceptor(settings, adopt);
        server = net.listen(config.address(), loop, wire -> accept(wire, acceptor));
    }

    private void accept(Wire wire, LinkAcceptor acceptor) {
        if (closed) {
            wire.reset();
        } else {
            acceptor.accept(wire);
        }
    }

    InetSocketAddress address() {
        return server.address();
    }

    Instant now() {
        return settings.clock().instant();
    }

    void skewClock(Duration by) {
        skew = by;
    }

    /** Makes a link; see {@link LinkMaker}. */
    void dial(InetSocketAddress address, RsaIdentity rsa, Optional<Ed25519Identity> ed25519, LinkConnected callback) {
        dialer.connect(new LinkTarget(address, rsa, ed25519), callback);
    }

    void close() {
        closed = true;
        server.close();
    }
}
