package org.onion4j.directory.path;

import java.util.concurrent.TimeUnit;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.RealConsensus;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.FullSizeNetwork;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long it takes to draw a path from the public network's 7,195 relays, and to prepare for it once for each view.
 * Needs the system property {@code onion4j.shared}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PathSelectionBenchmark {
    private final RandomSource platform = new SystemRandom();
    private final RandomSource seeded = new SeededRandom(1);
    private NetworkView view;
    private PathSelector selector;
    private FirstHop firstHop;

    @Setup
    public void read() throws DocumentException {
        view = FullSizeNetwork.of(Consensus.parse(RealConsensus.consensus()), 1);
        selector = PathSelector.of(view, PathRules.DEFAULT);
        Relay guard =
                selector.drawGuard(relay -> !relay.has(RelayFlag.EXIT), seeded).orElseThrow();
        firstHop = new FirstHop() {
            @Override
            public boolean suits(Relay last) {
                return !selector.related(guard, last);
            }

            @Override
            public Relay choose(Relay last) {
                return guard;
            }
        };
    }

    /** A path for the commonest port, with the platform's randomness. */
    @Benchmark
    public Path exitPath() throws NoPathException {
        return selector.select(PathRequest.exit(ExitTarget.port(443)), firstHop, platform);
    }

    /** The same without the cost of the platform's randomness. */
    @Benchmark
    public Path exitPathSeeded() throws NoPathException {
        return selector.select(PathRequest.exit(ExitTarget.port(443)), firstHop, seeded);
    }

    /** A path of Stable relays. */
    @Benchmark
    public Path stablePath() throws NoPathException {
        return selector.select(PathRequest.exit(ExitTarget.port(22)).withStable(true), firstHop, seeded);
    }

    /** A path to an exit that few relays would do for: each is looked at. */
    @Benchmark
    public Path rareExitPath() throws NoPathException {
        PathRequest request = PathRequest.exit(ExitTarget.port(443))
                .withLastHop(relay -> (relay.rsaIdentity().hashCode() & 0xff) == 5);
        return selector.select(request, firstHop, seeded);
    }

    /** What a new view costs once. */
    @Benchmark
    public PathSelector prepare() {
        return PathSelector.of(view, PathRules.DEFAULT);
    }
}
