package org.onion4j.testnet.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.channel.CellHandler;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.wire.MemoryNet;
import org.onion4j.testnet.wire.WireFaults;
import org.onion4j.testnet.wire.WireNet;

/** Relays that do nothing but link, on a net in memory. */
final class LinkTestKit implements AutoCloseable {
    private static final long SEED = 7;
    private static final int PORT = 9001;
    private static final int SECONDS = 30;

    private final NetworkTime time = NetworkTime.real();
    private final EventLoop loop = EventLoop.start("links", time);
    private final EventLoop clientLoop = EventLoop.start("client", time);
    private final MemoryNet net = new MemoryNet(time, WireFaults.NONE);
    private final LinkTls tls;

    LinkTestKit() {
        this(true);
    }

    LinkTestKit(boolean tls13) {
        tls = new LinkTls(SeededRandom.of(SEED, "tls"), tls13);
    }

    NetworkTime time() {
        return time;
    }

    MemoryNet net() {
        return net;
    }

    EventLoop loop() {
        return loop;
    }

    EventLoop clientLoop() {
        return clientLoop;
    }

    Peer newRelay(String name, String address) {
        return newRelay(name, address, LinkScripts.HONEST);
    }

    Peer newRelay(String name, String address, LinkScripts scripts) {
        return new Peer(name, address, scripts);
    }

    @Override
    public void close() {
        loop.close();
        clientLoop.close();
        net.close();
    }

    static CellHandler handler(BiConsumer<Integer, Bytes> onCell) {
        return new CellHandler() {
            @Override
            public void onCell(int command, byte[] buffer, int offset) {
                onCell.accept(command, Bytes.copyOf(buffer, offset, CellFrame.CELL_BODY_LEN));
            }

            @Override
            public void onBatchEnd() {}

            @Override
            public void onChannelClosed(ChannelException cause) {}
        };
    }

    /** One relay. */
    final class Peer {
        private final RelayIdentity keys;
        private final LinkSettings settings;
        private final WireNet host;
        private final InetSocketAddress address;
        private final BlockingQueue<RelayLink> links = new LinkedBlockingQueue<>();

        Peer(String name, String ip, LinkScripts scripts) {
            this.keys = new RelayIdentity(SeededRandom.of(SEED, name), time.now());
            InetAddress own = ip(ip);
            this.host = net.host(name, own);
            this.address = new InetSocketAddress(own, PORT);
            this.settings = new LinkSettings(
                    keys, own, host, loop, time.clock(), SeededRandom.of(SEED, name + " links"), tls, scripts);
        }

        RelayIdentity keys() {
            return keys;
        }

        InetSocketAddress address() {
            return address;
        }

        LinkSettings settings() {
            return settings;
        }

        void listen() {
            try {
                var server = host.listen(address, loop, new LinkAcceptor(settings, links::add)::accept);
                assert server.address().equals(address);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        RelayLink nextLink() throws InterruptedException {
            return links.poll(SECONDS, TimeUnit.SECONDS);
        }

        boolean hasNoLink() {
            return links.isEmpty();
        }

        RelayLink dial(Peer other) throws Exception {
            return dial(
                    new LinkTarget(other.address, other.keys.rsaIdentity(), Optional.of(other.keys.ed25519Identity())));
        }

        RelayLink dial(LinkTarget target) throws Exception {
            CompletableFuture<RelayLink> made = new CompletableFuture<>();
            run(() -> new LinkDialer(settings).connect(target, new LinkConnected() {
                @Override
                public void onLink(RelayLink link) {
                    made.complete(link);
                }

                @Override
                public void onFailed(IOException cause) {
                    made.completeExceptionally(cause);
                }
            }));
            return made.get(SECONDS, TimeUnit.SECONDS);
        }

        /** Runs it on the loop, and waits for that. */
        void run(Runnable task) throws Exception {
            CompletableFuture.runAsync(task, loop).get(SECONDS, TimeUnit.SECONDS);
        }

        /** Starts a link and gathers what arrives. */
        Received receive(RelayLink link) throws Exception {
            Received received = new Received();
            run(() -> link.start(received));
            return received;
        }
    }

    static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** What has arrived on a link. */
    static final class Received implements RelayLinkListener {
        private final BlockingQueue<LinkCell> cells = new LinkedBlockingQueue<>();
        private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();

        @Override
        public void onCell(RelayLink link, int circuitId, int command, byte[] body, int offset, int length) {
            cells.add(new LinkCell(circuitId, command, Bytes.copyOf(body, offset, length)));
        }

        @Override
        public void onDrained(RelayLink link) {}

        @Override
        public void onClosed(RelayLink link, Throwable causeOrNull) {
            end.complete(Optional.ofNullable(causeOrNull));
        }

        LinkCell next() throws InterruptedException {
            LinkCell cell = cells.poll(SECONDS, TimeUnit.SECONDS);
            if (cell == null) {
                throw new AssertionError("no cell has come");
            }
            return cell;
        }

        /** Waits for the end; its cause, or null. */
        Throwable ended() throws Exception {
            return end.get(SECONDS, TimeUnit.SECONDS).orElse(null);
        }
    }
}
