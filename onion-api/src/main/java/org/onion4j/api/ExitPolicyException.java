package org.onion4j.api;

import java.util.Optional;

/**
 * The exits that were asked do not connect to this port or address. Another port may do; asking again at once will not
 * help.
 */
public final class ExitPolicyException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public ExitPolicyException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new ExitPolicyException(getMessage(), endReason(), this);
    }
}
