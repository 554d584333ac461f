package org.onion4j.testnet.relay;

import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.DestroyReason;

/** A circuit that waits for a link to the relay that it is to be extended to. On the relay's loop. */
final class Extension {
    private final RelayCircuit circuit;
    private final Create2 create;
    private boolean cancelled;

    Extension(RelayCircuit circuit, Create2 create) {
        this.circuit = circuit;
        this.create = create;
    }

    /** The circuit is closed or was truncated. */
    void cancel() {
        cancelled = true;
    }

    void onLink(CellLink link) {
        if (!cancelled) {
            circuit.extendOver(link, create);
        }
    }

    void onFailed(DestroyReason reason) {
        if (!cancelled) {
            circuit.extendFailed(reason);
        }
    }
}
