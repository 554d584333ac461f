package org.onion4j.examples;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints what has been done and how long it took. One thread. */
final class StepTimes {
    private final PrintWriter out;
    private final long start = System.nanoTime();
    private long last = start;

    StepTimes(PrintWriter out) {
        this.out = out;
    }

    /** One step is done, begun at the end of the one before. */
    void step(String what) {
        long now = System.nanoTime();
        print(now - last, what);
        last = now;
    }

    /** Everything is done. */
    void total(String what) {
        print(System.nanoTime() - start, what);
    }

    private void print(long nanos, String what) {
        out.println(String.format(Locale.ROOT, "%7.3f s  %s", nanos / 1e9, what));
        out.flush();
    }
}
