package org.onion4j.api;

/**
 * An onion service is to have more authorized clients than its descriptor, which names each of them, has room for: 368
 * with three introduction points, fewer with more of these. Nothing has changed. Several services can share the clients.
 */
public final class TooManyAuthorizedClientsException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public TooManyAuthorizedClientsException(int limit) {
        super("more than " + limit + " authorized clients have no room in the service's descriptor");
    }
}
