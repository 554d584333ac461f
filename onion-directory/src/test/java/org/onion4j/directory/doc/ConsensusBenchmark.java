package org.onion4j.directory.doc;

import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * How long it takes to read the public network's consensus of 7,195 relays and to verify its signatures: warmed up
 * (average), and in a JVM that has just started (single shot, a fork for each). Needs the system property {@code
 * onion4j.shared}.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ConsensusBenchmark {
    private byte[] text;
    private byte[] certificateText;
    private List<AuthorityCertificate> certificates;
    private ConsensusVerifier verifier;

    @Setup
    public void read() throws DocumentException {
        text = RealConsensus.consensus();
        certificateText = RealConsensus.certificates();
        verifier = new ConsensusVerifier(RealConsensus.authorities());
    }

    /** Parse and verify; the certificates are read already, as in a running client. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @Fork(1)
    @Warmup(iterations = 5, time = 2)
    @Measurement(iterations = 5, time = 2)
    public SignatureVerdict warm() throws DocumentException {
        if (certificates == null) {
            certificates = AuthorityCertificate.parseAll(certificateText);
        }
        return verifier.verify(Consensus.parse(text), certificates, RealConsensus.NOW);
    }

    /** Parse alone. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @Fork(1)
    @Warmup(iterations = 5, time = 2)
    @Measurement(iterations = 5, time = 2)
    public Consensus warmParse() throws DocumentException {
        return Consensus.parse(text);
    }

    /** All of it, the certificates included, by code that has never run before. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Fork(5)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public SignatureVerdict cold() throws DocumentException {
        return verifier.verify(
                Consensus.parse(text), AuthorityCertificate.parseAll(certificateText), RealConsensus.NOW);
    }
}
