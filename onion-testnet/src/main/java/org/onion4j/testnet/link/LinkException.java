package org.onion4j.testnet.link;

import java.io.IOException;

/** A link that did not come about or broke: TLS, the handshake, the expected identity, or the form of cells. */
public final class LinkException extends IOException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
