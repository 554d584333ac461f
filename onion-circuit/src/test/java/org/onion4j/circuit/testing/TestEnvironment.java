package org.onion4j.circuit.testing;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;

/**
 * What the channels of a test run on: real sockets, clocks and threads, where the test gives no other. {@link #close}
 * fails the test if a thread is left, or died of an exception.
 */
public final class TestEnvironment implements AutoCloseable {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private final ThreadScheduler ownScheduler = new ThreadScheduler(this::newThread);
    private final ChannelEnvironment environment;

    /** All is real. */
    public TestEnvironment() {
        this(builder());
    }

    private TestEnvironment(Builder builder) {
        environment = new ChannelEnvironment(
                builder.connector,
                builder.clock,
                builder.ticker,
                builder.random,
                builder.scheduler == null ? ownScheduler : builder.scheduler,
                task -> builder.threads.newThread(() -> newThread(task)),
                ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What may be other than real. */
    public static final class Builder {
        private SocketConnector connector = new DirectConnector();
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.systemTicker();
        private RandomSource random = new SystemRandom();
        private Scheduler scheduler;
        private Threads threads = Supplier::get;

        private Builder() {}

        public Builder connector(SocketConnector value) {
            connector = value;
            return this;
        }

        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        public Builder random(RandomSource value) {
            random = value;
            return this;
        }

        /** Both clocks and the scheduler. */
        public Builder time(VirtualTime value) {
            clock = value.clock();
            ticker = value.ticker();
            scheduler = value;
            return this;
        }

        /** What happens where channels make threads. */
        public Builder threads(Threads value) {
            threads = value;
            return this;
        }

        public TestEnvironment build() {
            return new TestEnvironment(this);
        }
    }

    /** Makes a thread from the maker of real ones, or fails to. */
    public interface Threads {
        Thread newThread(Supplier<Thread> real);
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "client-" + threads.size());
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, failure) -> uncaught.add(failure));
        threads.add(thread);
        return thread;
    }

    public ChannelEnvironment environment() {
        return environment;
    }

    /** The relay that clients connect to, with both identities. */
    public static ChannelTarget target(ScriptedRelay relay) {
        return new ChannelTarget(
                relay.address(),
                relay.keys().rsaIdentity(),
                Optional.of(relay.keys().ed25519Identity()));
    }

    /** Begins to open a channel. */
    public Channel open(ScriptedRelay relay) {
        return Channel.open(target(relay), environment);
    }

    /** A channel that is open. */
    public Channel openNow(ScriptedRelay relay) {
        return get(open(relay).opened());
    }

    /** What a future comes to; its failure, or taking too long, fails the test. */
    public static <T> T get(CompletableFuture<T> future) {
        try {
            return Uninterruptibles.getUninterruptibly(future, ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("it should have succeeded", e);
        }
    }

    /** How a future fails; success, or taking too long, fails the test. */
    public static Throwable failure(CompletableFuture<?> future) {
        try {
            Object value =
                    Uninterruptibles.getUninterruptibly(future, ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("it should have failed, but came to " + value);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("it should have failed, but goes on", e);
        }
    }

    @Override
    public void close() {
        ownScheduler.close();
        for (Thread thread : threads) {
            if (thread.getState() == Thread.State.NEW) {
                continue;
            }
            Uninterruptibles.joinUninterruptibly(thread, Duration.ofSeconds(ScriptedRelay.PATIENCE_SECONDS));
            if (thread.isAlive()) {
                AssertionError left = new AssertionError("a thread of the client is left: " + thread.getName());
                left.setStackTrace(thread.getStackTrace());
                throw left;
            }
        }
        for (Throwable failure : uncaught) {
            throw new AssertionError("a thread of the client died", failure);
        }
    }
}
