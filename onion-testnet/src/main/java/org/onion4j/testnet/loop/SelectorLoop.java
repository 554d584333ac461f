package org.onion4j.testnet.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop that also waits for sockets. Channels are registered with {@link #selector} on the loop's thread, with a
 * {@link Runnable} as attachment that runs when they are ready.
 *
 * <p>Whether the loop is idle says nothing of bytes that are under way in the operating system.
 */
public final class SelectorLoop extends EventLoop {
    private static final Logger log = LoggerFactory.getLogger(SelectorLoop.class);

    private static final int BUFFER_BYTES = 64 * 1024;

    private final Selecting selecting;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private SelectorLoop(String name, NetworkTime time, Selecting selecting) {
        super(name, time, selecting);
        this.selecting = selecting;
        selecting.loop = this;
    }

    /**
     * A loop for networks on loopback sockets.
     *
     * @throws IOException if the operating system refuses a selector
     */
    public static SelectorLoop open(String name, NetworkTime time) throws IOException {
        SelectorLoop loop = new SelectorLoop(name, time, new Selecting(Selector.open()));
        loop.begin();
        return loop;
    }

    /** Where channels are registered, with a {@link Runnable} as attachment. On the loop's thread. */
    public Selector selector() {
        return selecting.selector;
    }

    /** 64 KiB for whoever reads at the moment. On the loop's thread. */
    public byte[] buffer() {
        return buffer;
    }

    private static final class Selecting implements Waiting {
        private final Selector selector;
        private SelectorLoop loop;

        Selecting(Selector selector) {
            this.selector = selector;
        }

        @Override
        public void await(long nanos) {
            try {
                if (nanos <= 0) {
                    selector.selectNow();
                } else {
                    selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (ClosedSelectorException e) {
                return;
            }
            loop.markBusy();
            for (Iterator<SelectionKey> i = selector.selectedKeys().iterator(); i.hasNext(); ) {
                SelectionKey key = i.next();
                i.remove();
                if (key.isValid()) {
                    loop.runLogged(() -> handle(key));
                }
            }
        }

        private static void handle(SelectionKey key) {
            try {
                ((Runnable) key.attachment()).run();
            } catch (CancelledKeyException e) {
                log.debug("a channel was closed while it became ready", e);
            }
        }

        @Override
        public void wake(Thread thread) {
            selector.wakeup();
        }

        @Override
        public void close() {
            try {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
                selector.close();
            } catch (IOException e) {
                log.debug("closing a selector failed", e);
            }
        }
    }
}
