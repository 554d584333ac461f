package org.onion4j.testnet.link;

import java.io.IOException;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;

/** Makes links to other relays, to which it authenticates itself. On the relay's loop. */
public final class LinkDialer {
    private final LinkSettings settings;

    public LinkDialer(LinkSettings settings) {
        this.settings = settings;
    }

    /** Connects to a relay; the callback is never called within this call. */
    public void connect(LinkTarget target, LinkConnected callback) {
        settings.net().connect(target.address(), settings.loop(), new WireConnected() {
            @Override
            public void onConnected(Wire wire) {
                TlsLink link = new TlsLink(settings, true, wire, callback);
                link.begin(
                        listener -> settings.tls().connect(wire, listener),
                        core -> new InitiatorHandshake(core, target));
            }

            @Override
            public void onFailed(IOException cause) {
                callback.onFailed(cause);
            }
        });
    }
}
