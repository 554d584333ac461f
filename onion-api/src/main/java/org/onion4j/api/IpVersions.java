package org.onion4j.api;

/** Which kinds of address a stream or look-up may use at its far end. The exit chooses among those it has. */
public enum IpVersions {
    /** Both; IPv4 where there is a choice. */
    PREFER_IPV4,
    /** Both; IPv6 where there is a choice. */
    PREFER_IPV6,
    /** IPv4 alone; an IPv6 address in place of a host name is refused. */
    IPV4_ONLY,
    /** IPv6 alone; an IPv4 address in place of a host name is refused. */
    IPV6_ONLY;

    /** Whether addresses of IPv4 will do. */
    public boolean allowsIpv4() {
        return this != IPV6_ONLY;
    }

    /** Whether addresses of IPv6 will do. */
    public boolean allowsIpv6() {
        return this != IPV4_ONLY;
    }
}
