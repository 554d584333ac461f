package org.onion4j.directory.network;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/** A relay that serves directory documents and is known before any document is. */
public sealed interface DirectoryServer permits Authority, FallbackDirectory {
    /** The digest of its identity key; whoever answers at its address must prove to have it. */
    RsaIdentity rsaIdentity();

    Inet4Address ipv4();

    /** The onion-routing port at {@link #ipv4}, 1 to 65535; 0 where an authority has none, which cannot be asked then. */
    int orPort();

    /** A second address, with its onion-routing port. */
    Optional<InetSocketAddress> ipv6();

    /** How often it is drawn beside its like, zero or more. */
    double weight();
}
