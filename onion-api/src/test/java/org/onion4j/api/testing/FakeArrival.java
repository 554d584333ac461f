package org.onion4j.api.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.onion4j.api.OnionStream;
import org.onion4j.api.internal.ArrivingStream;

/** A stream that has come to a service; its far end is the test. */
public final class FakeArrival implements ArrivingStream {
    private final int port;
    private final Object client;
    private final FakeStream stream = new FakeStream();
    private final CompletableFuture<FakeStream> accepted = new CompletableFuture<>();
    private final CompletableFuture<Refusal> refused = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean circuitClosed = new AtomicBoolean();

    /** Of a client of its own. */
    public FakeArrival(int port) {
        this(port, new Object());
    }

    public FakeArrival(int port, Object client) {
        this.port = port;
        this.client = client;
    }

    @Override
    public Object client() {
        return client;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public OnionStream accept() {
        if (refused.isDone() || !accepted.complete(stream)) {
            throw new AssertionError("answered twice");
        }
        return stream;
    }

    @Override
    public void refuse(Refusal why) {
        if (accepted.isDone() || !refused.complete(why)) {
            throw new AssertionError("answered twice");
        }
    }

    @Override
    public void closeCircuit() {
        circuitClosed.set(true);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed;
    }

    /** Waits until it is accepted. */
    public FakeStream awaitAccepted() throws InterruptedException, ExecutionException, TimeoutException {
        return accepted.get(10, TimeUnit.SECONDS);
    }

    /** Waits until it is refused. */
    public Refusal awaitRefused() throws InterruptedException, ExecutionException, TimeoutException {
        return refused.get(10, TimeUnit.SECONDS);
    }

    public boolean isRefused() {
        return refused.isDone();
    }

    public boolean isAnswered() {
        return accepted.isDone() || refused.isDone();
    }

    public boolean isCircuitClosed() {
        return circuitClosed.get();
    }
}
