package org.onion4j.api.internal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import org.onion4j.crypto.onion.OnionAddress;

/**
 * A host and port that may be asked of the network. Made by {@link DestinationRules} alone.
 *
 * @param host a host name in lower-case ASCII without a dot at its end, or the text of the address
 * @param address the address, if the host was given as one
 * @param onion the onion service, if the host is one
 * @param port 1 to 65535; 0 for a look-up
 */
public record Destination(String host, Optional<InetAddress> address, Optional<OnionAddress> onion, int port) {
    public Destination {
        checkArgument(!host.isEmpty(), "no host");
        checkArgument(port >= 0 && port <= 65535, "port %s", port);
    }

    /** A host that is no onion service. */
    public Destination(String host, Optional<InetAddress> address, int port) {
        this(host, address, Optional.empty(), port);
    }

    static Destination of(InetAddress address, int port) {
        return new Destination(InetAddresses.toAddrString(address), Optional.of(address), port);
    }

    /** The host as BEGIN wants it: an IPv6 address in brackets. */
    public String wireHost() {
        return address.filter(a -> a instanceof Inet6Address).isPresent() ? "[" + host + "]" : host;
    }

    /** Tells the kind alone: a destination must not get into a log by accident. */
    @Override
    public String toString() {
        if (onion.isPresent()) {
            return "Destination[onion service]";
        }
        return address.isPresent() ? "Destination[address]" : "Destination[name]";
    }
}
