package org.onion4j.crypto.relay;

import java.util.concurrent.TimeUnit;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the encryption of one cell costs a client with three hops: nanoseconds a cell, in and out. The bodies that arrive
 * are made beforehand, by relays that encrypt for real, so that each is recognised at the third hop and its digest is
 * checked.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class RelayCryptoBenchmark {
    private static final int LEN = ClientHopCrypto.BODY_LEN;
    private static final int CELLS = 4096;
    private static final int HOPS = 3;

    private final byte[] arriving = new byte[CELLS * LEN];
    private final byte[] one = new byte[LEN];
    private final byte[] other = new byte[LEN];
    private ClientHopCrypto[] hops;

    /** Begins a circuit, and has its relays encrypt {@link #CELLS} bodies. */
    @Setup(Level.Invocation)
    public void begin() {
        hops = new ClientHopCrypto[HOPS];
        RelayHopCrypto[] relays = new RelayHopCrypto[HOPS];
        for (int i = 0; i < HOPS; i++) {
            Bytes keys = Bytes.copyOf(new SeededRandom(i).bytes(72));
            hops[i] = Tor1ClientCrypto.ofRelay(new GivenKeys(keys));
            relays[i] = Tor1RelayCrypto.ofRelay(new GivenKeys(keys));
        }
        new SeededRandom(9).nextBytes(one);
        for (int cell = 0; cell < CELLS; cell++) {
            one[1] = 0;
            one[2] = 0;
            relays[2].originate(one, 0, other, 0);
            relays[1].passBackward(other, 0, one, 0);
            relays[0].passBackward(one, 0, arriving, cell * LEN);
        }
    }

    /** One cell from the exit: three layers off, the digest checked. */
    @Benchmark
    @OperationsPerInvocation(CELLS)
    public int inbound() {
        int recognised = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            boolean found = hops[0].decryptBackward(arriving, cell * LEN, one, 0)
                    || hops[1].decryptBackward(one, 0, other, 0)
                    || hops[2].decryptBackward(other, 0, one, 0);
            recognised += found ? 1 : 0;
        }
        if (recognised != CELLS) {
            throw new IllegalStateException("only " + recognised + " cells recognised");
        }
        return recognised;
    }

    /** One cell to the exit: the digest made, three layers on. */
    @Benchmark
    @OperationsPerInvocation(CELLS)
    public byte outbound() {
        for (int cell = 0; cell < CELLS; cell++) {
            hops[2].originate(one, 0, other, 0);
            hops[1].passForward(other, 0, one, 0);
            hops[0].passForward(one, 0, other, 0);
        }
        return other[0];
    }

    /** One layer of one cell, that is AES alone: what cannot be saved. */
    @Benchmark
    @OperationsPerInvocation(CELLS)
    public byte oneLayer() {
        for (int cell = 0; cell < CELLS; cell++) {
            hops[0].passForward(arriving, cell * LEN, one, 0);
        }
        return one[0];
    }
}
