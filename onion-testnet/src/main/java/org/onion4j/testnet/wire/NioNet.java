package org.onion4j.testnet.wire;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.loop.SelectorLoop;
import org.onion4j.testnet.wire.WireFaults.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets of the operating system, as one host of a network uses them. Its loops must be {@link SelectorLoop}s.
 * Threading: any thread.
 */
public final class NioNet implements WireNet {
    private static final Logger log = LoggerFactory.getLogger(NioNet.class);
    private static final int LISTEN_SECONDS = 10;

    private final String host;
    private final WireFaults faults;

    /** A host; its name is for faults. */
    public NioNet(String host, WireFaults faults) {
        this.host = host;
        this.faults = faults;
    }

    private static SelectorLoop selecting(Loop loop) {
        checkArgument(loop instanceof SelectorLoop, "a loop that can't wait for sockets");
        return (SelectorLoop) loop;
    }

    /** {@inheritDoc} Blocks for a moment unless called on the loop. */
    @Override
    public WireServer listen(InetSocketAddress local, Loop loop, Consumer<Wire> accept) throws IOException {
        SelectorLoop selecting = selecting(loop);
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.configureBlocking(false);
            channel.bind(local);
            InetSocketAddress at = (InetSocketAddress) channel.getLocalAddress();
            faults.onAddress(host, at, true);
            onLoop(loop, () -> {
                channel.register(selecting.selector(), SelectionKey.OP_ACCEPT, (Runnable)
                        () -> acceptAll(channel, selecting, accept));
            });
            return new Server(channel, at, loop);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private interface Registration {
        void run() throws IOException;
    }

    private static void onLoop(Loop loop, Registration task) throws IOException {
        if (loop.inLoop()) {
            task.run();
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.get(LISTEN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the loop does not take the channel", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void acceptAll(ServerSocketChannel server, SelectorLoop loop, Consumer<Wire> accept) {
        while (true) {
            SocketChannel channel = null;
            try {
                channel = server.accept();
                if (channel == null) {
                    return;
                }
                prepare(channel);
                Wire wire = new NioWire(channel, loop);
                accept.accept(faults.onWire(host, wire, loop));
            } catch (IOException e) {
                log.debug("a connection could not be accepted", e);
                closeQuietly(channel);
                return;
            }
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @Override
    public void connect(InetSocketAddress to, Loop loop, WireConnected callback) {
        SelectorLoop selecting = selecting(loop);
        Verdict verdict = faults.onConnect(host, to);
        if (verdict == Verdict.IGNORE) {
            loop.schedule(
                    () -> callback.onFailed(new ConnectException("Connection timed out")), MemoryNet.CONNECT_TIMEOUT);
            return;
        }
        if (verdict == Verdict.REFUSE) {
            loop.execute(() -> callback.onFailed(new ConnectException("Connection refused")));
            return;
        }
        loop.execute(() -> begin(to, selecting, callback));
    }

    private void begin(InetSocketAddress to, SelectorLoop loop, WireConnected callback) {
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            prepare(channel);
            SocketChannel connecting = channel;
            if (channel.connect(to)) {
                finish(channel, loop, callback);
            } else {
                channel.register(
                        loop.selector(), SelectionKey.OP_CONNECT, (Runnable) () -> finish(connecting, loop, callback));
            }
        } catch (IOException e) {
            closeQuietly(channel);
            callback.onFailed(e);
        }
    }

    private void finish(SocketChannel channel, SelectorLoop loop, WireConnected callback) {
        Wire wire;
        try {
            if (!channel.finishConnect()) {
                return;
            }
            wire = new NioWire(channel, loop);
        } catch (IOException e) {
            closeQuietly(channel);
            callback.onFailed(e);
            return;
        }
        faults.onAddress(host, wire.local(), false);
        callback.onConnected(faults.onWire(host, wire, loop));
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            log.debug("closing a socket failed", e);
        }
    }

    private record Server(ServerSocketChannel channel, InetSocketAddress address, Loop loop) implements WireServer {
        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                log.debug("closing a socket failed", e);
            }
            loop.execute(() -> {}); // lets the selector forget it, which frees the port
        }
    }
}
