package org.onion4j.circuit.channel;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomnessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels of a client: each relay has one that is open or opening, where that one will do, and it is closed once it
 * has carried no circuit for a while.
 *
 * <p>Threading: any thread; guarded by its own lock, under which nothing is waited for. It may be held while a channel's
 * lock is taken, never the other way round.
 */
public final class ChannelManager implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ChannelManager.class);

    private static final Duration SWEEP = Duration.ofSeconds(30);
    /**
     * A channel without circuits is closed after this long, and up to half as much again; with reduced padding after half
     * of that. All as by C tor.
     */
    private static final Duration IDLE_TIME = Duration.ofMinutes(3);
    /**
     * A channel that has been opening for so long isn't waited for alone: if its first packets were sent into a network
     * that the device has left since, it takes long until that is known.
     */
    private static final Duration SLOW_OPENING = Duration.ofSeconds(10);
    /** Channels to one relay that may be opening at once. */
    private static final int MAX_OPENING = 3;
    /** A relay that reads nothing for this long is given up; as by C tor. */
    private static final Duration STUCK_TIME = Duration.ofMinutes(50);

    private static final Duration QUIET_SLACK = Duration.ofSeconds(2);

    private record Entry(Channel channel, ChannelPadding padding, Duration idleTime) {}

    private final ChannelEnvironment environment;
    private final ReentrantLock lock = new ReentrantLock();
    private final ListMultimap<RsaIdentity, Entry> channels = ArrayListMultimap.create(); // all that are not closed yet
    private volatile PaddingParameters padding = PaddingParameters.DEFAULT; // written under the lock
    private boolean sweeping;
    private boolean closed;

    public ChannelManager(ChannelEnvironment environment) {
        this.environment = environment;
    }

    /** How links are padded from now on, those that are open included. */
    public void setPadding(PaddingParameters parameters) {
        ImmutableList<Entry> all;
        lock.lock();
        try {
            if (parameters.equals(padding)) {
                return;
            }
            padding = parameters;
            all = ImmutableList.copyOf(channels.values());
        } finally {
            lock.unlock();
        }
        for (Entry entry : all) {
            if (entry.channel().isOpen()) {
                entry.padding().look();
            }
        }
    }

    /**
     * The channel to a relay, opened if there is none that will do: of which less was expected, say. Completes
     * exceptionally with a {@link ChannelException}; what depends on it must not block.
     */
    public CompletableFuture<Channel> get(ChannelTarget target) {
        lock.lock();
        try {
            if (closed) {
                return failed(new ChannelException(ChannelException.Kind.CLOSED, "the client has been closed"));
            }
            int opening = 0;
            Channel slow = null;
            for (Entry entry : channels.get(target.rsaIdentity())) {
                Channel channel = entry.channel();
                boolean late = channel.isOpeningFor(SLOW_OPENING);
                if (!late && channel.serves(target)) {
                    return channel.opened();
                }
                opening += channel.isOpeningFor(Duration.ZERO) ? 1 : 0;
                slow = late && channel.serves(target) ? channel : slow;
            }
            if (slow != null && opening >= MAX_OPENING) {
                return slow.opened();
            }
            return open(target).opened();
        } catch (RandomnessException e) {
            return failed(new ChannelException(ChannelException.Kind.LOCAL, "the random source failed", e));
        } finally {
            lock.unlock();
        }
    }

    private static CompletableFuture<Channel> failed(ChannelException failure) {
        CompletableFuture<Channel> failed = new CompletableFuture<>();
        failed.completeExceptionally(failure);
        return failed;
    }

    private Channel open(ChannelTarget target) {
        Duration idleTime =
                IDLE_TIME.plusNanos(environment.random().nextLong(IDLE_TIME.toNanos() / 2)); // before there is a thread
        Channel channel = new Channel(target, environment);
        ChannelPadding channelPadding = new ChannelPadding(channel.paddedLink(), () -> padding, environment);
        Entry entry = new Entry(channel, channelPadding, idleTime);
        channels.put(target.rsaIdentity(), entry);
        channel.closed().thenAccept(why -> {
            log.debug("a channel is closed: {}", why.getMessage());
            forget(target.rsaIdentity(), entry);
        });
        channel.carriesPaths().thenRun(channelPadding::look);
        channel.carriesTraffic().thenRun(channelPadding::look);
        channel.begin(channelPadding::start);
        if (!sweeping) {
            sweeping = true;
            environment.scheduler().schedule(this::sweep, SWEEP);
        }
        return channel;
    }

    private void forget(RsaIdentity identity, Entry entry) {
        lock.lock();
        try {
            channels.remove(identity, entry);
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
        int share = padding.mode() == PaddingParameters.Mode.REDUCED ? 2 : 1;
        for (Entry entry : all) {
            entry.channel().closeIfIdle(entry.idleTime().dividedBy(share));
            if (entry.channel().isStuckFor(STUCK_TIME)) {
                entry.channel()
                        .fail(new ChannelException(
                                ChannelException.Kind.LOST, "the relay does not read what it is sent"));
            }
        }
    }

    /**
     * The channels that should have been heard of: those of streams, which the relay pads, and over which nothing has come
     * for twice the longest pause and more.
     */
    public ImmutableList<Channel> quiet() {
        PaddingParameters current = padding;
        if (current.mode() != PaddingParameters.Mode.NORMAL || !current.sends()) {
            return ImmutableList.of();
        }
        Duration longest = Duration.ofMillis(2L * current.highMillis()).plus(QUIET_SLACK);
        return channels().stream()
                .filter(channel -> channel.isPaddedByRelay()
                        && channel.circuitCount() > 0
                        && channel.unheardFor().compareTo(longest) >= 0)
                .collect(ImmutableList.toImmutableList());
    }

    /** The channels that are open, being opened or being closed now. */
    public ImmutableList<Channel> channels() {
        lock.lock();
        try {
            return channels.values().stream()
                    .map(Entry::channel)
                    .filter(channel -> !channel.closed().isDone())
                    .collect(ImmutableList.toImmutableList());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops all channels at once, those being opened too, sending nothing more on them: the device has another network now,
     * and links of the old one may never be heard of again. Returns at once and never blocks. Their circuits and whoever
     * waits for them get a {@link ChannelException} of kind CLOSED, for which no relay is to blame; the next {@link #get}
     * opens a new one, without any delay.
     */
    public void networkChanged() {
        for (Channel channel : channels()) {
            channel.fail(new ChannelException(ChannelException.Kind.CLOSED, "the network has changed"));
        }
    }

    /**
     * Closes all channels and opens no more. Returns at once; a channel's {@link Channel#closed} tells when it is done,
     * and until then the scheduler must go on.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        channels().forEach(Channel::close);
    }
}
