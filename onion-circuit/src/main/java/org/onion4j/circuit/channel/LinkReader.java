package org.onion4j.circuit.channel;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.onion4j.circuit.channel.LinkOpener.OpenLink;
import org.onion4j.circuit.runtime.BatchedReading;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;

/**
 * The reading side of a channel: makes the link, in the time that there is for that, and then hands each cell to its
 * circuit until the link ends. The writing side is {@link LinkWriter}.
 *
 * <p>Threading: {@link #run} is what the channel's reader thread does, and it calls the {@link Owner} on it, but for
 * {@link Owner#fail}. Any thread may ask what has been read, and for {@link #isCurrentThread}.
 */
final class LinkReader {
    private final ChannelTarget target;
    private final ChannelEnvironment environment;
    private final LinkSocket socket;
    private final ChannelLife life;
    private final Owner owner;
    private final Ticker ticker;
    private final CellDispatcher dispatcher; // the reader's
    private final AtomicLong batchesRead = new AtomicLong();
    private volatile Thread thread; // set by itself
    private volatile long lastReadNanos; // written by the reader

    /** The channel, as its reader sees it. */
    interface Owner {
        /** The link has been made; returns whether the channel is open now. If not, it has had a reason to close. */
        boolean becomeOpen(OpenLink open);

        /** All that has arrived has been handled: what answers it may go out. */
        void onBatchEnd();

        /** The channel must close; the reader will find out by its socket. Any thread calls. */
        void fail(ChannelException why);

        /** The last thing the reader does, whatever happened. */
        void onEnd(ChannelException end);
    }

    /**
     * Prepares to read.
     *
     * @param socket is given the plain socket as soon as there is one; closing it ends the reader
     */
    LinkReader(ChannelTarget target, ChannelEnvironment environment, LinkSocket socket, ChannelLife life, Owner owner) {
        this.target = target;
        this.environment = environment;
        this.socket = socket;
        this.life = life;
        this.owner = owner;
        this.ticker = environment.ticker();
        this.dispatcher = new CellDispatcher(life::circuits, this::onBatchEnd);
    }

    /** When a cell last came, by the ticker, in nanoseconds; at first, when the link had been made. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /** How many times cells have come. */
    long batchesRead() {
        return batchesRead.get();
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /**
     * Makes the link and reads until it ends.
     *
     * @param onOpen runs when the channel is open and the time for that does not run any more: everybody may hear of it
     */
    void run(Runnable onOpen) {
        thread = Thread.currentThread();
        ChannelException end = new ChannelException(ChannelException.Kind.LOCAL, "internal error");
        try {
            end = openAndRead(onOpen);
        } catch (RuntimeException | Error e) {
            end = Channel.localFailure(e);
        } finally {
            owner.onEnd(end); // whatever happened, its circuits must hear of it
        }
    }

    private ChannelException openAndRead(Runnable onOpen) {
        OpenLink open;
        Cancellable deadline = environment
                .scheduler()
                .schedule(
                        () -> owner.fail(new ChannelException(
                                ChannelException.Kind.TIMEOUT, "the relay did not finish the link handshake in time")),
                        environment.handshakeTimeout());
        try {
            if (life.isEnding()) {
                return life.closedException();
            }
            open = new LinkOpener(target, environment, socket, this::onSecondHandshake).open();
            lastReadNanos = ticker.read();
            if (!owner.becomeOpen(open)) {
                return life.closedException();
            }
        } catch (ChannelException e) {
            return e;
        } finally {
            deadline.cancel();
        }
        onOpen.run();
        dispatcher.endBatch(); // sends what those who waited for the channel have queued
        if (open.plain() instanceof BatchedReading batching && batching.beforeWait(this::beforeWait)) {
            dispatcher.isToldBeforeWaiting();
        }
        try {
            return dispatcher.run(open.input());
        } catch (IOException e) {
            return new ChannelException(ChannelException.Kind.LOST, "the link to the relay was lost", e);
        }
    }

    /** The certificates have been checked for the first one; C tor forbids another, too. */
    private void onSecondHandshake() {
        owner.fail(new ChannelException(ChannelException.Kind.PROTOCOL, "the relay began TLS anew"));
    }

    /** Called from within TLS: by the reader, or by the writer while TLS empties the socket that it closes. */
    private void beforeWait() {
        if (!isCurrentThread()) {
            return;
        }
        try {
            dispatcher.endBatch();
        } catch (RuntimeException | Error e) {
            owner.fail(Channel.localFailure(e)); // TLS would take it for its own
        }
    }

    private void onBatchEnd(boolean anyCell) {
        if (anyCell) {
            lastReadNanos = ticker.read();
            batchesRead.incrementAndGet();
        }
        owner.onBatchEnd();
    }
}
