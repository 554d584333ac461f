package org.onion4j.directory.supply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.directory.guard.VirtualTime;

/** A link to one guard, which may be dead without anybody saying so. For one thread. */
final class FakeLink implements LinkWatch.Link {
    static final Duration ROUND_TRIP = Duration.ofMillis(200);

    final String guard;
    private final VirtualTime time;
    private final BooleanSupplier alive;
    private final List<FakeAttempt> attempts = new ArrayList<>();
    private final List<FakeCircuit> circuits = new ArrayList<>();
    private boolean open = true;
    private long heard;

    FakeLink(String guard, VirtualTime time, BooleanSupplier alive) {
        this.guard = guard;
        this.time = time;
        this.alive = alive;
        this.heard = time.ticks();
    }

    boolean works() {
        return open && alive.getAsBoolean();
    }

    /** Something comes a round trip later, if the link works still. */
    void answer(Runnable then) {
        if (works()) {
            time.schedule(
                    () -> {
                        if (works()) {
                            heard = time.ticks();
                            then.run();
                        }
                    },
                    ROUND_TRIP);
        }
    }

    /** Builds a circuit of three hops, as far as the link lets it. */
    void build(FakeAttempt attempt) {
        attempts.add(attempt);
        attempt.runOver(this);
        attempt.openChannel(time.ticks());
        answer(() -> {
            attempt.reachFirstHop();
            answer(() -> answer(() -> {
                if (attempt.isUnderWay()) {
                    attempt.finish(built -> {
                        built.runOver(this);
                        circuits.add(built);
                    });
                }
            }));
        });
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Duration unheardFor() {
        return open ? Duration.ofNanos(time.ticks() - heard) : Duration.ZERO;
    }

    @Override
    public LinkWatch.Probe ask() {
        answer(() -> {});
        return () -> {};
    }

    @Override
    public void giveUp() {
        drop(ChannelException.Kind.SILENT);
    }

    void drop(ChannelException.Kind kind) {
        open = false;
        ChannelException cause = new ChannelException(kind, "test");
        CircuitException failure = new CircuitException(CircuitException.Kind.CHANNEL, "test", cause);
        List.copyOf(attempts).forEach(attempt -> attempt.fail(failure));
        List.copyOf(circuits).forEach(circuit -> circuit.end(failure));
    }
}
