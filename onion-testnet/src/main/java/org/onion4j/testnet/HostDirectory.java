package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkState;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.dir.Authority;
import org.onion4j.testnet.dir.AuthoritySettings;
import org.onion4j.testnet.dir.DirClient;
import org.onion4j.testnet.dir.DirReply;
import org.onion4j.testnet.dir.DirServer;
import org.onion4j.testnet.dir.DirSession;
import org.onion4j.testnet.dir.DirectoryFaults;
import org.onion4j.testnet.dir.DirectorySnapshot;
import org.onion4j.testnet.dir.DirectoryStore;
import org.onion4j.testnet.dir.OnionDirectory;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.relay.LinkPeer;
import org.onion4j.testnet.relay.RelayDirectory;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/** What one relay knows of the network, and the directory that it is itself. On the relay's loop, but for what says so. */
final class HostDirectory implements RelayDirectory {
    private final DirectoryStore store;
    private final Loop loop;
    private Optional<Authority> authority = Optional.empty();
    private DirServer server;
    private volatile Duration skew = Duration.ZERO;

    HostDirectory(DirectoryStore store, Loop loop) {
        this.store = store;
        this.loop = loop;
        this.server = newServer();
    }

    private DirServer newServer() {
        return new DirServer(store, authority, loop.time().clock(() -> skew), loop);
    }

    /** Belongs to an authority from now on. Before anything is asked of it. */
    void setAuthority(Authority value) {
        authority = Optional.of(value);
        server = newServer();
    }

    /** The consensus for clients that it serves unless it deceives; empty before it has one. Any thread. */
    String consensus() {
        return store.newest()
                .map(newest -> newest.microdescConsensus().asText())
                .orElse("");
    }

    /** The documents that it has. Any thread. */
    DirectoryStore store() {
        return store;
    }

    /** The descriptors of onion services that it keeps. */
    OnionDirectory onions() {
        return server.onions();
    }

    /** Any thread. */
    boolean isAuthority() {
        return authority.isPresent();
    }

    /** Any thread. */
    void withholdSignature(boolean withhold) {
        checkState(authority.isPresent(), "the relay is no authority");
        AuthoritySettings settings = authority.get().settings();
        authority
                .get()
                .setSettings(settings.withBehaviour(
                        withhold
                                ? AuthoritySettings.Behaviour.VOTES_ALONE
                                : AuthoritySettings.Behaviour.VOTES_AND_SIGNS));
    }

    /** Any thread. */
    void skewClock(Duration by) {
        skew = by;
    }

    void deceive(DirectoryFault fault) {
        server.setFaults(
                switch (fault) {
                    case NONE -> DirectoryFaults.NONE;
                    case OLD_CONSENSUS -> DirectoryFaults.oldConsensus();
                    case TRUNCATED -> DirectoryFaults.truncated();
                    case FORGED -> DirectoryFaults.forged();
                    case UNSIGNED -> DirectoryFaults.unsigned();
                    case SILENT -> DirectoryFaults.silent();
                    case EMPTY -> DirectoryFaults.status(404);
                });
    }

    @Override
    public Optional<Ed25519Identity> ed25519Of(RsaIdentity identity) {
        Optional<DirectorySnapshot> newest = store.newest();
        ServerDescriptor known = newest.isPresent() ? newest.get().descriptors().get(identity) : null;
        return Optional.ofNullable(known).map(descriptor -> descriptor.keys().ed25519Identity());
    }

    @Override
    public Optional<DirectorySession> open(LinkPeer previous, DirectoryReply reply) {
        DirClient client = previous.isClient()
                ? new DirClient(Optional.of(previous.address().getAddress()), DirClient.Way.ONE_HOP)
                : new DirClient(Optional.empty(), DirClient.Way.ANONYMOUS);
        DirSession session = server.open(client, new DirReply() {
            @Override
            public void send(byte[] bytes) {
                reply.send(bytes);
            }

            @Override
            public void end() {
                reply.end();
            }
        });
        return Optional.of(new DirectorySession() {
            @Override
            public void onBytes(byte[] bytes, int offset, int length) {
                session.onBytes(bytes, offset, length);
            }

            @Override
            public void onClosed() {
                session.onClosed();
            }
        });
    }

    /** Answers requests of plain HTTP. */
    void serve(Wire wire) {
        InetAddress from = wire.remote().getAddress();
        DirSession session = server.open(new DirClient(Optional.of(from), DirClient.Way.DIR_PORT), new DirReply() {
            @Override
            public void send(byte[] bytes) {
                wire.write(bytes, 0, bytes.length);
            }

            @Override
            public void end() {
                wire.close();
            }
        });
        wire.start(new WireListener() {
            @Override
            public void onBytes(byte[] bytes, int offset, int length) {
                session.onBytes(bytes, offset, length);
            }

            @Override
            public void onDrained() {
                // answers are small
            }

            @Override
            public void onClosed(Throwable causeOrNull) {
                session.onClosed();
                wire.close();
            }
        });
    }
}
