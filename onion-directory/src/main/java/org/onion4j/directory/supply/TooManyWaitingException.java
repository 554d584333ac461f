package org.onion4j.directory.supply;

import java.io.IOException;

/** So many wait for circuits that no further one may: their number, and what each costs, must have a bound. */
public final class TooManyWaitingException extends IOException {
    private static final long serialVersionUID = 1L;

    public TooManyWaitingException(int count) {
        super(count + " requests wait for circuits");
    }
}
