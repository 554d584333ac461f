package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.crypto.bytes.RsaIdentity;

/** A circuit for one stream, which may carry others. Any thread may call. */
public final class CircuitLease {
    private final CircuitSupply supply;
    private final SuppliedCircuit supplied;
    private final BuiltCircuit circuit;

    CircuitLease(CircuitSupply supply, SuppliedCircuit supplied) {
        this.supply = supply;
        this.supplied = supplied;
        this.circuit = supplied.built().get();
    }

    public Circuit circuit() {
        return circuit.circuit();
    }

    /** The same circuit as the supply has it. */
    BuiltCircuit built() {
        return circuit;
    }

    /** The relay where the circuit ends. */
    public RsaIdentity exit() {
        return supplied.exit().rsaIdentity();
    }

    /** Something was asked over the circuit; as long as the answer is missing, its link may be dead, and is tested. */
    public void expect(CompletableFuture<?> answer) {
        circuit.expect(answer);
    }

    /** The far end answered, whatever it said: the circuit works. */
    public void answered() {
        supplied.guard().used(true);
        supply.answered(supplied);
    }

    /** The far end answered and lied: the relays before it did their part, and it takes no further stream. */
    public void deceived() {
        answered();
        supply.failed(supplied);
    }

    /** The far end did not answer, or the circuit died: it takes no further stream. */
    public void failed() {
        supplied.guard().used(false);
        supply.failed(supplied);
    }
}
