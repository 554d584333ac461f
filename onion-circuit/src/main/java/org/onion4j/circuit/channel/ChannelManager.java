package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * The channels of a client: at most one that is open or opening to each relay, closed once it has carried no circuit
 * for a while.
 *
 * <p>Threading: any thread; guarded by its own lock, under which nothing is waited for.
 */
public final class ChannelManager implements AutoCloseable {
    private static final Duration SWEEP = Duration.ofSeconds(30);
    /** A channel without circuits is closed after this long, and up to half as much again. */
    private static final Duration IDLE_TIME = Duration.ofMinutes(3);

    private record Entry(Channel channel, Duration idleLimit) {}

    private final ChannelEnvironment environment;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RsaIdentity, Entry> channels = new HashMap<>();
    private volatile PaddingParameters padding = PaddingParameters.DEFAULT;
    private boolean sweeping;
    private boolean closed;

    public ChannelManager(ChannelEnvironment environment) {
        this.environment = environment;
    }

    /** How links are padded from now on, those that are open included. */
    public void setPadding(PaddingParameters parameters) {
        padding = parameters;
    }

    /**
     * The channel to a relay, opened if there is none. Completes exceptionally with a {@link ChannelException}; what
     * depends on it must not block.
     */
    public CompletableFuture<Channel> get(ChannelTarget target) {
        lock.lock();
        try {
            if (closed) {
                CompletableFuture<Channel> refused = new CompletableFuture<>();
                refused.completeExceptionally(
                        new ChannelException(ChannelException.Kind.CLOSED, "the client has been closed"));
                return refused;
            }
            Entry existing = channels.get(target.rsaIdentity());
            if (existing != null && isUsable(existing.channel(), target)) {
                return existing.channel().opened();
            }
            return open(target).opened();
        } finally {
            lock.unlock();
        }
    }

    private static boolean isUsable(Channel channel, ChannelTarget target) {
        if (channel.closed().isDone()) {
            return false;
        }
        if (!channel.opened().isDone()) {
            // One that expects less of the relay than this caller must not stand in for it.
            return channel.target().equals(target);
        }
        return channel.isOpen()
                && (!target.ed25519Identity().isPresent()
                        || target.ed25519Identity().get().equals(channel.link().ed25519Identity()));
    }

    private Channel open(ChannelTarget target) {
        Channel channel = Channel.open(target, environment);
        long extraNanos = environment.random().nextLong(IDLE_TIME.toNanos() / 2);
        channels.put(target.rsaIdentity(), new Entry(channel, IDLE_TIME.plusNanos(extraNanos)));
        channel.opened().thenAccept(open -> new ChannelPadding(open, () -> padding, environment).start());
        channel.closed().thenAccept(cause -> forget(target.rsaIdentity(), channel));
        if (!sweeping) {
            sweeping = true;
            environment.scheduler().schedule(this::sweep, SWEEP);
        }
        return channel;
    }

    private void forget(RsaIdentity identity, Channel channel) {
        lock.lock();
        try {
            Entry entry = channels.get(identity);
            if (entry != null && entry.channel() == channel) {
                channels.remove(identity);
            }
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        ImmutableList<Entry> all;
        lock.lock();
        try {
            all = ImmutableList.copyOf(channels.values());
            sweeping = !all.isEmpty() && !closed;
            if (sweeping) {
                environment.scheduler().schedule(this::sweep, SWEEP);
            }
        } finally {
            lock.unlock();
        }
        for (Entry entry : all) {
            Optional<Duration> idle = entry.channel().idleTime();
            if (idle.isPresent() && idle.get().compareTo(entry.idleLimit()) > 0) {
                entry.channel().close();
            }
        }
    }

    /** The channels that are open or opening now. */
    public ImmutableList<Channel> channels() {
        lock.lock();
        try {
            return channels.values().stream().map(Entry::channel).collect(ImmutableList.toImmutableList());
        } finally {
            lock.unlock();
        }
    }

    /** Closes all channels and opens no more. */
    @Override
    public void close() {
        ImmutableList<Channel> all;
        lock.lock();
        try {
            closed = true;
            all = channels.values().stream().map(Entry::channel).collect(ImmutableList.toImmutableList());
        } finally {
            lock.unlock();
        }
        all.forEach(Channel::close);
    }
}
