package org.onion4j.testnet.relay;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.onion4j.testnet.loop.Loop;

/**
 * What a relay has seen, circuit by circuit: of the newest {@link #MAX_CIRCUITS}. Recorded on the relay's loop, asked for by
 * any thread.
 */
public final class RelayObservations {
    /** How many circuits are remembered: a relay may run for days, and anybody can make circuits. */
    public static final int MAX_CIRCUITS = 65_536;

    private final Loop loop;
    private final ArrayDeque<CircuitTrace> traces = new ArrayDeque<>();
    private long circuits;

    RelayObservations(Loop loop) {
        this.loop = loop;
    }

    CircuitTrace begin(LinkPeer previous, int circuitId, HandshakeKind handshake) {
        CircuitTrace trace = new CircuitTrace(++circuits, previous, circuitId, handshake);
        if (traces.size() == MAX_CIRCUITS) {
            traces.removeFirst();
        }
        traces.addLast(trace);
        return trace;
    }

    /** How many circuits there have been, those forgotten among them. On the relay's loop. */
    public long total() {
        checkState(loop.inLoop(), "observations are the loop's");
        return circuits;
    }

    /** The circuits since the start or {@link #clear}, in the order in which they were made. On the relay's loop. */
    public ImmutableList<CircuitObservation> now() {
        checkState(loop.inLoop(), "observations are the loop's");
        ImmutableList.Builder<CircuitObservation> all = ImmutableList.builder();
        traces.forEach(trace -> all.add(trace.observation()));
        return all.build();
    }

    /** The same, asked for by any thread. Never completes if the loop has been closed. */
    public CompletableFuture<ImmutableList<CircuitObservation>> ask() {
        CompletableFuture<ImmutableList<CircuitObservation>> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(now()));
        return answer;
    }

    /** Forgets all circuits so far; those that are open are not heard of again. Any thread. */
    public void clear() {
        loop.execute(traces::clear);
    }
}
