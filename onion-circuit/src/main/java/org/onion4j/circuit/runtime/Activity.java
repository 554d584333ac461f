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
        public Span begin(BooleanSupplier until) {
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
     * Work has been handed to somebody, and what follows in the same task is none: code of the application, which may wait
     * for anything.
     *
     * @param until from when on it counts no more, even if it is closed later; asked by any thread, without a lock
     */
    Span begin(BooleanSupplier until);

    /**
     * The calling thread, which is at work, has nothing to do until a condition holds.
     *
     * @param until must hold before whoever makes it hold stops being at work, and from then on until the pause is closed,
     *     also after the thread has taken what it waited for; asked by any thread, without a lock
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
