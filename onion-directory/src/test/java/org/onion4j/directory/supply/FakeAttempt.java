package org.onion4j.directory.supply;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.circuit.CircuitException;
import org.onion4j.directory.path.Path;

/** A circuit under construction of which a test says what becomes of it. Any thread. */
final class FakeAttempt implements CircuitBuilder.Attempt {
    final Path path;
    private final Runnable check;
    private final CompletableFuture<Void> firstHop = new CompletableFuture<>();
    private final CompletableFuture<BuiltCircuit> circuit = new CompletableFuture<>();
    private volatile long channelNanos;
    private volatile FakeLink link;
    private volatile FakeCircuit result;
    private volatile CircuitException cancelled;

    FakeAttempt(Path path, Runnable check) {
        this.path = path;
        this.check = check;
    }

    @Override
    public CompletableFuture<Void> firstHop() {
        return firstHop;
    }

    @Override
    public CompletableFuture<BuiltCircuit> circuit() {
        return circuit;
    }

    @Override
    public long channelNanos() {
        return channelNanos;
    }

    @Override
    public boolean isLinkSuspect() {
        return link != null && link.unheardFor().compareTo(LinkWatch.DOUBT) >= 0;
    }

    /** It is built over such a link. */
    void runOver(FakeLink value) {
        link = value;
    }

    @Override
    public void cancel(CircuitException cause) {
        check.run();
        if (circuit.completeExceptionally(cause)) {
            cancelled = cause;
        }
        firstHop.completeExceptionally(cause);
    }

    void openChannel(long nanos) {
        channelNanos = nanos;
    }

    void reachFirstHop() {
        firstHop.complete(null);
    }

    /** All relays have answered. */
    FakeCircuit finish() {
        return finish(circuit -> {});
    }

    /** The same for a circuit with which something is done before anybody knows it. */
    FakeCircuit finish(Consumer<FakeCircuit> first) {
        FakeCircuit built = new FakeCircuit(path, check);
        first.accept(built);
        result = built;
        if (!circuit.complete(built)) {
            built.close();
        }
        return built;
    }

    /** Ends with this, as a relay or the network would have it. */
    void fail(Throwable cause) {
        circuit.completeExceptionally(cause);
        firstHop.completeExceptionally(cause);
    }

    void fail(CircuitException.Kind kind) {
        fail(new CircuitException(kind, "test"));
    }

    /** What came of it, if anything. */
    Optional<FakeCircuit> result() {
        return Optional.ofNullable(result);
    }

    /** Why it was given up, if it was. */
    Optional<CircuitException.Kind> cancelled() {
        return Optional.ofNullable(cancelled).map(CircuitException::kind);
    }

    boolean isUnderWay() {
        return !circuit.isDone();
    }

    String guard() {
        return path.first().nickname();
    }

    String exit() {
        return path.last().nickname();
    }
}
