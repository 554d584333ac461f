package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.link.LinkTls;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.WireNet;

/**
 * One relay: takes links, makes links, and does for circuits and streams what their clients ask for. It is all that a
 * relay does but for its documents, which it has from others.
 *
 * <p>Threading: everything is on the loop that it was made for, {@link #start} too, unless something else is said.
 */
public final class Relay implements AutoCloseable {
    private final RelayCore core;
    private final RelayListener listener;

    private Relay(RelayCore core, RelayListener listener) {
        this.core = core;
        this.listener = listener;
    }

    /** Starts a relay with TLS of its own; see the other method. */
    public static Relay start(
            RelayConfig config,
            RelayIdentity identity,
            WireNet net,
            Loop loop,
            RandomSource random,
            RelayDirectory directory,
            ExitConnector exits)
            throws IOException {
        return start(config, identity, new LinkTls(random), net, loop, random, directory, exits);
    }

    /**
     * Starts a relay.
     *
     * @param config where it listens, what it connects to, how it departs from the protocol
     * @param identity its keys
     * @param tls of the whole network, since it costs something to make
     * @param net by which it reaches other relays, and they reach it
     * @param loop where all of it runs
     * @param random for its ephemeral keys, circuit IDs and padding
     * @param directory what it knows of the network, and what it serves on directory streams
     * @param exits what is outside the network
     * @throws IOException if it can't listen there
     */
    public static Relay start(
            RelayConfig config,
            RelayIdentity identity,
            LinkTls tls,
            WireNet net,
            Loop loop,
            RandomSource random,
            RelayDirectory directory,
            ExitConnector exits)
            throws IOException {
        RelayListener listener = new RelayListener(config, identity, tls, net, loop, random);
        RelayCore core =
                new RelayCore(config, new IdentityKeys(identity), loop, random, directory, exits, listener::dial);
        listener.listen(core::adopt);
        return new Relay(core, listener);
    }

    /** Where it listens, with the port that was chosen if 0 had been asked for. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** What it has seen. */
    public RelayObservations observations() {
        return core.observations();
    }

    /** Follows another script from now on. */
    public void setScript(RelayScript script) {
        core.setConfig(core.config().withScript(script));
    }

    /** Has another exit policy from now on; streams that are open stay. */
    public void setExitPolicy(ExitPolicy policy) {
        core.setConfig(core.config().withExitPolicy(policy));
    }

    /** Makes its wall clock wrong: ahead of the network's time by {@code by}, behind it if that is negative. */
    public void skewClock(Duration by) {
        listener.skewClock(by);
    }

    /** What its wall clock shows. */
    public Instant now() {
        return listener.now();
    }

    /** How many circuits are open. */
    public int circuitCount() {
        return core.circuits().size();
    }

    /** The services that clients are introduced to here now, by their authentication keys. */
    public ImmutableSet<Bytes> services() {
        return core.introductionPoints().services();
    }

    /** How many links are open. */
    public int linkCount() {
        return core.links().all().size();
    }

    /** Ends it: no more links, and those that are open are closed. */
    @Override
    public void close() {
        listener.close();
        core.close();
    }

    private record IdentityKeys(RelayIdentity identity) implements RelayKeys {
        @Override
        public RsaIdentity rsaIdentity() {
            return identity.rsaIdentity();
        }

        @Override
        public Ed25519Identity ed25519Identity() {
            return identity.ed25519Identity();
        }

        @Override
        public ImmutableList<X25519> onionKeys() {
            return identity.ntorKeys();
        }
    }
}
