package org.onion4j.directory.path;

import org.onion4j.directory.view.Relay;

/** Gives the first relay of a path: the guards, or in tests a fixed one. */
public interface FirstHop {
    /**
     * Whether a path that ends at this relay can begin at one of the guards in use. The last hop is chosen among such
     * relays where there are any, so that its family doesn't drive us to other guards.
     */
    default boolean suits(Relay last) {
        return true;
    }

    /**
     * Chooses the guard of a path.
     *
     * @throws NoPathException if there is no guard now that may stand in one path with {@code last}
     */
    Relay choose(Relay last) throws NoPathException;
}
