package org.onion4j.circuit.stream;

import java.util.concurrent.TimeUnit;
import org.onion4j.circuit.testing.TestMemory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a DATA message costs beside its encryption: put into the buffer of its stream, in batches, and taken out by a
 * reader, with the count of the memory held. Nanoseconds a message.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReceiveBufferBenchmark {
    private static final int MESSAGES = 31; // a TLS record of them
    private static final int LEN = 498;

    private final byte[] message = new byte[LEN];
    private final byte[] application = new byte[MESSAGES * LEN];
    private final ReceiveBuffer buffer = new ReceiveBuffer(500 * LEN, TestMemory.account());

    /** A batch of messages comes and is read at once. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int messages() {
        for (int i = 0; i < MESSAGES; i++) {
            buffer.append(message, 0, LEN);
        }
        return buffer.take(application, 0, application.length);
    }
}
