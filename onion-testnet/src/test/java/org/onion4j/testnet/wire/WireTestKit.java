package org.onion4j.testnet.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.onion4j.testnet.loop.Loop;

/** What tests of wires share. */
final class WireTestKit {
    private static final int SECONDS = 30;

    private WireTestKit() {}

    static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Runs it on the loop, and waits for that. */
    static void run(Loop loop, Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop).get(SECONDS, TimeUnit.SECONDS);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** A listener that remembers. */
    static final class Heard implements WireListener {
        private final StringBuilder text = new StringBuilder();
        private long bytes;
        private int drained;
        private boolean ended;
        private Throwable cause;

        @Override
        public synchronized void onBytes(byte[] data, int offset, int length) {
            bytes += length;
            if (text.length() < 1000) {
                text.append(new String(data, offset, length, StandardCharsets.US_ASCII));
            }
            notifyAll();
        }

        @Override
        public synchronized void onDrained() {
            drained++;
            notifyAll();
        }

        @Override
        public synchronized void onClosed(Throwable causeOrNull) {
            if (ended) {
                throw new AssertionError("closed twice");
            }
            ended = true;
            cause = causeOrNull;
            notifyAll();
        }

        synchronized String text() {
            return text.toString();
        }

        synchronized long bytes() {
            return bytes;
        }

        synchronized int drained() {
            return drained;
        }

        synchronized boolean hasEnded() {
            return ended;
        }

        synchronized Throwable cause() {
            return cause;
        }

        synchronized void awaitBytes(long count) throws InterruptedException {
            while (bytes < count && !ended) {
                wait(TimeUnit.SECONDS.toMillis(SECONDS));
            }
        }

        synchronized void awaitDrained() throws InterruptedException {
            while (drained == 0) {
                wait(TimeUnit.SECONDS.toMillis(SECONDS));
            }
        }

        synchronized Throwable awaitEnd() throws InterruptedException {
            while (!ended) {
                wait(TimeUnit.SECONDS.toMillis(SECONDS));
            }
            return cause;
        }
    }

    /** Completes with the wire. */
    static final class Connecting implements WireConnected {
        private final CompletableFuture<Wire> wire = new CompletableFuture<>();

        @Override
        public void onConnected(Wire value) {
            wire.complete(value);
        }

        @Override
        public void onFailed(IOException cause) {
            wire.completeExceptionally(cause);
        }

        CompletableFuture<Wire> wire() {
            return wire;
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
