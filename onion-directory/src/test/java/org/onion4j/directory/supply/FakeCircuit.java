package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.directory.path.Path;

/** A circuit of which a test says what becomes of it. Any thread. */
final class FakeCircuit implements BuiltCircuit {
    final Path path;
    private final Runnable check;
    private final CompletableFuture<CircuitException> closed = new CompletableFuture<>();
    private volatile int streams;

    /** @param check runs at each call that changes something */
    FakeCircuit(Path path, Runnable check) {
        this.path = path;
        this.check = check;
    }

    @Override
    public Circuit circuit() {
        throw new AssertionError("no real circuit");
    }

    @Override
    public boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public int streamCount() {
        return streams;
    }

    void setStreams(int count) {
        streams = count;
    }

    @Override
    public CompletableFuture<CircuitException> closed() {
        return closed;
    }

    @Override
    public void close() {
        check.run();
        end(CircuitException.Kind.CLOSED);
    }

    /** It ends for this cause. */
    void end(CircuitException.Kind kind) {
        closed.complete(new CircuitException(kind, "test"));
    }

    String exit() {
        return path.last().nickname();
    }

    String guard() {
        return path.first().nickname();
    }
}
