package org.onion4j.directory.network;

import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * A directory authority.
 *
 * @param nickname 1 to 19 letters and digits, for logs; "unnamed" where the line gives none
 * @param rsaIdentity the digest of its identity key as a relay
 * @param v3Identity the SHA-1 digest of the key that certifies its votes; absent for an authority of bridges alone
 * @param ipv4 its address
 * @param orPort its onion-routing port, or 0 if unknown
 * @param dirPort its port for directory requests in the clear, 1 to 65535, which this library never uses
 * @param ipv6 a second address, with its onion-routing port
 * @param weight how often it is drawn beside other authorities
 */
@Immutable
public record Authority(
        String nickname,
        RsaIdentity rsaIdentity,
        @SuppressWarnings("Immutable") Optional<RsaIdentity> v3Identity,
        @SuppressWarnings("Immutable") Inet4Address ipv4,
        int orPort,
        int dirPort,
        @SuppressWarnings("Immutable") Optional<InetSocketAddress> ipv6,
        double weight)
        implements DirectoryServer {
    /** Whether it signs consensuses. */
    public boolean votes() {
        return v3Identity.isPresent();
    }
}
