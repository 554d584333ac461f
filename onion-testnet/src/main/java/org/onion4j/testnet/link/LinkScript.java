package org.onion4j.testnet.link;

import java.util.function.Consumer;

/**
 * Sees each cell of one link, in and out, and may change it: for relays that break the rules, and for faults. Called on
 * the link's loop, for cells of the handshake too (VERSIONS is not among them).
 *
 * <p>Each method gives what is to take the cell's place to {@code next}: the cell itself to let it pass, nothing to drop
 * it, another or several ones to change or add. Keeping {@code next} to give it a cell later delays the cell.
 */
public interface LinkScript {
    /** Lets everything pass. */
    LinkScript HONEST = new LinkScript() {};

    /** A cell that our side sends. */
    default void outgoing(LinkCell cell, Consumer<LinkCell> next) {
        next.accept(cell);
    }

    /** A cell that the peer has sent. */
    default void incoming(LinkCell cell, Consumer<LinkCell> next) {
        next.accept(cell);
    }

    /** The handshake is done: {@link RelayLink#inject} can be called from now on, on the link's loop. */
    default void opened(RelayLink link) {}

    /** Whether this one may be left out altogether: cells then take the fast way. */
    default boolean isHonest() {
        return this == HONEST;
    }
}
