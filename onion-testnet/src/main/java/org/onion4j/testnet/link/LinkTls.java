package org.onion4j.testnet.link;

import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.wire.Wire;

/**
 * The TLS of relays: versions 1.2 and 1.3, a certificate that TLS itself does not judge, no resumption, no renegotiation.
 * One for a whole network, since it looks once what the platform can do.
 *
 * <p>Where this library is a module, the library of TLS is on the class path (see the pom): this class knows none of its
 * types, and opens the way to them before any class is loaded that does.
 *
 * <p>Threading: any thread. Spec: tor-spec, "Connections".
 */
public final class LinkTls {
    private final TlsEngines engines;

    /** TLS 1.3, or 1.2 with peers that know no better. */
    public LinkTls(RandomSource random) {
        this(random, true);
    }

    LinkTls(RandomSource random, boolean tls13) {
        LinkTls.class.getModule().addReads(LinkTls.class.getClassLoader().getUnnamedModule());
        engines = new TlsEngines(random, tls13);
    }

    /** TLS as a server that shows the relay's certificate. It begins at once. On the wire's loop. */
    TlsWire accept(Wire wire, RelayIdentity keys, TlsWire.Listener listener) {
        return engines.accept(wire, keys, listener);
    }

    /** TLS as a client that takes any certificate. It begins at once. On the wire's loop. */
    TlsWire connect(Wire wire, TlsWire.Listener listener) {
        return engines.connect(wire, listener);
    }
}
