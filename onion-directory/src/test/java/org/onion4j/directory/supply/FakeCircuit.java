package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.directory.path.Path;

/** A circuit of which a test says what becomes of it. Any thread. */
final class FakeCircuit implements BuiltCircuit {
    final Path path;
    private final Runnable check;
    private final CompletableFuture<CircuitException> closed = new CompletableFuture<>();
    private volatile int streams;
    private volatile Consumer<CompletableFuture<?>> onExpect = answer -> {};
    private volatile FakeLink link;

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
    public void expect(CompletableFuture<?> answer) {
        onExpect.accept(answer);
    }

    @Override
    public void close() {
        check.run();
        end(CircuitException.Kind.CLOSED);
    }

    /** It ends for this cause. */
    void end(CircuitException.Kind kind) {
        end(new CircuitException(kind, "test"));
    }

    void end(CircuitException cause) {
        closed.complete(cause);
    }

    /** It runs over such a link. */
    void runOver(FakeLink value) {
        link = value;
    }

    FakeLink link() {
        return link;
    }

    /** What happens where an answer is expected over it. */
    void onExpect(Consumer<CompletableFuture<?>> value) {
        onExpect = value;
    }

    String exit() {
        return path.last().nickname();
    }

    String guard() {
        return path.first().nickname();
    }
}
