package org.onion4j.testnet;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long it takes from nothing to the end of a first stream: 3 authorities, 6 relays, 2 exits, in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
public class NetworkStartBenchmark {
    private long seed;

    /** In a JVM that has just started. */
    @Benchmark
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public String cold() throws Exception {
        return firstStream();
    }

    /** In a JVM that has done it before. */
    @Benchmark
    @Warmup(iterations = 10)
    @Measurement(iterations = 10)
    public String warm() throws Exception {
        return firstStream();
    }

    private String firstStream() throws Exception {
        try (TestNetwork network = TestNetwork.builder().seed(++seed).build()) {
            network.serve("shop.example", 80, TestNetworkTest.says("open"));
            return TestNetworkTest.read(network.client(), "shop.example", 80);
        }
    }
}
