package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.onion4j.api.OnionStream;
import org.onion4j.api.internal.ArrivingStream;
import org.onion4j.api.internal.Futures;
import org.onion4j.circuit.IncomingStream;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.stream.DataStream;

/** A stream that a client has begun, as it came from its circuit. Any thread. */
final class IncomingServiceStream implements ArrivingStream {
    /** What the client is told. A port that isn't there looks like a server that closed at once, as C tor has it. */
    private static final ImmutableMap<Refusal, EndReason> REASONS = Maps.immutableEnumMap(ImmutableMap.of(
            Refusal.NO_SUCH_PORT, EndReason.DONE,
            Refusal.BUSY, EndReason.RESOURCELIMIT,
            Refusal.CONNECTION_REFUSED, EndReason.CONNECTREFUSED,
            Refusal.TIMEOUT, EndReason.TIMEOUT,
            Refusal.NO_ROUTE, EndReason.NOROUTE,
            Refusal.OTHER, EndReason.MISC));

    private final IncomingStream incoming;
    private final BooleanSupplier clientClosed;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** @param clientClosed whether the client has been closed, which is then what ended the stream's circuit */
    IncomingServiceStream(IncomingStream incoming, BooleanSupplier clientClosed) {
        this.incoming = incoming;
        this.clientClosed = clientClosed;
    }

    @Override
    public int port() {
        return incoming.begin().port();
    }

    @Override
    public Object client() {
        return incoming.circuit();
    }

    @Override
    public OnionStream accept() {
        DataStream stream = incoming.accept();
        Futures.whenDone(stream.closed(), (nothing, failure) -> closed.complete(null));
        return CircuitStream.ofClient(stream, clientClosed);
    }

    @Override
    public void refuse(Refusal why) {
        incoming.reject(REASONS.get(why));
    }

    @Override
    public void closeCircuit() {
        incoming.circuit().close();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed;
    }
}
