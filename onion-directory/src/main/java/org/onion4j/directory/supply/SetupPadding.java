package org.onion4j.directory.supply;

import java.util.Optional;
import org.onion4j.circuit.padding.OwnPadding;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/** Whether the set-up of a circuit can be padded, by what its second hop knows and the network wants. */
final class SetupPadding {
    /** Of the subprotocol Padding: knows the machines for the set-up of circuits. */
    private static final int SETUP_MACHINES = 2;

    private SetupPadding() {}

    /** What we may do; empty if there is to be no padding. Spec: padding-spec, "Circuit padding consensus parameters". */
    static Optional<OwnPadding> of(NetworkView view, Relay second) {
        boolean wanted = view.parameter("circpad_padding_disabled", 0, 0, 1) == 0
                && view.parameter("circpad_padding_reduced", 0, 0, 1) == 0; // no machine counts as reduced
        if (!wanted || !second.protocols().supports(Subprotocol.PADDING, SETUP_MACHINES)) {
            return Optional.empty();
        }
        // C tor counts cells where there is a limit; our part of all padding is so small that we leave it out then.
        boolean limited = view.parameter("circpad_global_max_padding_pct", 0, 0, 100) > 0;
        return Optional.of(limited ? OwnPadding.LEFT_OUT : OwnPadding.SENT);
    }
}
