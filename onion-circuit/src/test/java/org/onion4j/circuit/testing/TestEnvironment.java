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
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.crypto.random.SystemRandom;

/**
 * What the channels of a test run on: real sockets, clocks and threads. {@link #close} fails the test if a thread is
 * left.
 */
public final class TestEnvironment implements AutoCloseable {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ThreadScheduler scheduler = new ThreadScheduler(this::newThread);
    private final ChannelEnvironment environment = new ChannelEnvironment(
            new DirectConnector(),
            Clock.systemUTC(),
            Ticker.systemTicker(),
            new SystemRandom(),
            scheduler,
            this::newThread,
            ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT);

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "client-" + threads.size());
        thread.setDaemon(true);
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
        scheduler.close();
        for (Thread thread : threads) {
            if (thread.getState() == Thread.State.NEW) {
                continue;
            }
            Uninterruptibles.joinUninterruptibly(thread, Duration.ofSeconds(ScriptedRelay.PATIENCE_SECONDS));
            if (thread.isAlive()) {
                throw new AssertionError("a thread of the client is left: " + thread.getName());
            }
        }
    }
}
