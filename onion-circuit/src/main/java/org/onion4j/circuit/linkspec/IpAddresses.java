package org.onion4j.circuit.linkspec;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.onion4j.crypto.bytes.Bytes;

/**
 * IP addresses from the bytes that the protocol carries. Nothing here looks up a name, and what comes out has none:
 * whoever needs text uses {@link InetAddress#getHostAddress}.
 */
public final class IpAddresses {
    /** Size in bytes of an IPv4 address. */
    public static final int IPV4_LEN = 4;
    /** Size in bytes of an IPv6 address. */
    public static final int IPV6_LEN = 16;

    private IpAddresses() {}

    /** The IPv4 address of 4 bytes. */
    public static Inet4Address ipv4(Bytes value) {
        checkArgument(value.size() == IPV4_LEN, "IPv4 address of %s bytes", value.size());
        try {
            return (Inet4Address) InetAddress.getByAddress(value.toArray());
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for another number of bytes
        }
    }

    /** The IPv6 address of 16 bytes, of family IPv6 even if an IPv4 address is mapped into it. */
    public static Inet6Address ipv6(Bytes value) {
        checkArgument(value.size() == IPV6_LEN, "IPv6 address of %s bytes", value.size());
        try {
            return Inet6Address.getByAddress(null, value.toArray(), -1);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for another number of bytes
        }
    }
}
