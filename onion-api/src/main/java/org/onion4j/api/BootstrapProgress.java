package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;
import java.util.Optional;

/**
 * How far a client has come on its way into the network.
 *
 * @param phase what it does now
 * @param fraction how much of the whole way is done, 0.0 to 1.0; 1.0 in {@link BootstrapPhase#READY} alone
 * @param blockedBy what keeps it from going on, for a person to read, in English; empty while all goes well
 */
public record BootstrapProgress(BootstrapPhase phase, double fraction, Optional<String> blockedBy) {
    /** Before anything has been done. */
    public static final BootstrapProgress NOT_STARTED =
            new BootstrapProgress(BootstrapPhase.IDLE, 0.0, Optional.empty());

    /** When streams can be opened. */
    public static final BootstrapProgress DONE = new BootstrapProgress(BootstrapPhase.READY, 1.0, Optional.empty());

    public BootstrapProgress {
        checkArgument(fraction >= 0.0 && fraction <= 1.0, "fraction %s", fraction);
        checkArgument((fraction == 1.0) == (phase == BootstrapPhase.READY), "%s at %s", phase, fraction);
    }

    /** For example {@code 40 %: Loading the list of relays (the network does not answer)}. */
    @Override
    public String toString() {
        String text = String.format(Locale.ROOT, "%d %%: %s", (int) (fraction * 100), phase.description());
        return blockedBy.map(cause -> text + " (" + cause + ")").orElse(text);
    }
}
