package org.onion4j.circuit.runtime;

import java.util.function.BooleanSupplier;

/**
 * Is told what the threads of a client do, so that whoever moves a client's time by hand can tell when it has done all that
 * can be done at one moment. A real client tells nobody. Any thread may call.
 */
public interface Activity {
    /** Listens to nobody. */
    Activity NONE = new Activity() {
        @Override
        public Span begin() {
            return NOTHING;
        }

        @Override
        public Span pause(BooleanSupplier until) {
            return NOTHING;
        }
    };

    /** Work has been handed to somebody, or a thread is about to start: called by who hands it on, closed by who is done. */
    Span begin();

    /**
     * The calling thread, which is at work, has nothing to do until a condition holds.
     *
     * @param until must hold before whoever makes it hold stops being at work; asked by any thread, without a lock
     */
    Span pause(BooleanSupplier until);

    /** A stretch of time. */
    interface Span extends AutoCloseable {
        @Override
        void close();
    }

    /** A span that means nothing. */
    Span NOTHING = () -> {};
}
