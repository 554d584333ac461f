package org.onion4j.examples;

import java.io.PrintWriter;
import java.util.function.Consumer;
import org.onion4j.api.BootstrapProgress;

/** Draws how far a client has come into the network: on a terminal one line that grows, elsewhere a line for each phase. */
final class ProgressBar implements Consumer<BootstrapProgress> {
    private static final int WIDTH = 40;

    private final PrintWriter out;
    private final boolean terminal;
    private String last = "";
    private int longest;

    ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public synchronized void accept(BootstrapProgress progress) {
        int done = (int) Math.round(progress.fraction() * WIDTH);
        String phase = progress.phase().description();
        if (terminal) {
            String line = "  [" + "#".repeat(done) + ".".repeat(WIDTH - done) + "] " + phase;
            longest = Math.max(longest, line.length());
            out.print("\r" + line + " ".repeat(longest - line.length()));
        } else if (!phase.equals(last)) {
            out.println("  [" + "#".repeat(done) + ".".repeat(WIDTH - done) + "] " + phase);
        }
        last = phase;
        out.flush();
    }

    /** Begins a new line where that is due. */
    synchronized void end() {
        if (terminal && longest > 0) {
            out.println();
            out.flush();
        }
    }
}
