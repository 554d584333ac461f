package org.onion4j.directory.network;

import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * A relay that was stable when the list was made, to fetch the first documents from in place of an authority.
 *
 * @param rsaIdentity the digest of its identity key
 * @param ipv4 its address
 * @param orPort its onion-routing port, 1 to 65535
 * @param ipv6 a second address, with its onion-routing port
 * @param weight how often it is drawn beside other fallbacks
 */
@Immutable
public record FallbackDirectory(
        RsaIdentity rsaIdentity,
        @SuppressWarnings("Immutable") Inet4Address ipv4,
        int orPort,
        @SuppressWarnings("Immutable") Optional<InetSocketAddress> ipv6,
        double weight)
        implements DirectoryServer {}
