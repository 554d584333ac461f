package org.onion4j.testnet.link;

import java.io.IOException;
import java.util.function.Consumer;
import org.onion4j.testnet.wire.Wire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes links out of the connections that others make to a relay: give {@link #accept} to
 * {@link org.onion4j.testnet.wire.WireNet#listen}. On the relay's loop.
 */
public final class LinkAcceptor {
    private static final Logger log = LoggerFactory.getLogger(LinkAcceptor.class);

    private final LinkSettings settings;
    private final Consumer<RelayLink> onLink;

    /**
     * Prepares to accept.
     *
     * @param onLink gets each link whose handshake is done; {@link RelayLink#start} is to be called then or later
     */
    public LinkAcceptor(LinkSettings settings, Consumer<RelayLink> onLink) {
        this.settings = settings;
        this.onLink = onLink;
    }

    /** Begins TLS and the link handshake on a connection; a peer that fails is dropped without a word. */
    public void accept(Wire wire) {
        TlsLink link = new TlsLink(settings, false, wire, new LinkConnected() {
            @Override
            public void onLink(RelayLink made) {
                onLink.accept(made);
            }

            @Override
            public void onFailed(IOException cause) {
                log.debug("a peer's link handshake failed", cause);
            }
        });
        link.begin(listener -> settings.tls().accept(wire, settings.keys(), listener), ResponderHandshake::new);
    }
}
