package org.onion4j.examples;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.BootstrapProgress;

/** Prints how a client comes into the network: a line for each phase, and one for each new thing that holds it up. */
final class ProgressLines implements Consumer<BootstrapProgress> {
    private final PrintWriter err;
    private BootstrapPhase phase = BootstrapPhase.IDLE;
    private Optional<String> blockedBy = Optional.empty();

    ProgressLines(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void accept(BootstrapProgress progress) {
        boolean isBlocked =
                progress.blockedBy().isPresent() && !progress.blockedBy().equals(blockedBy);
        boolean isNew = progress.phase() != phase || isBlocked;
        if (isNew) {
            err.println(progress);
            phase = progress.phase();
            blockedBy = progress.blockedBy();
        }
    }
}
