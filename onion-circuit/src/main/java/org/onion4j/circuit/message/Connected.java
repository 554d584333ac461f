package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CONNECTED: the stream is open. Spec: tor-spec, "Opening streams and transferring data". Data, one of:
 *
 * <pre>
 * nothing                                     the address is not told
 * IPv4 address 4 (not 0.0.0.0) | TTL 4        the TTL may be missing
 * 0 4 | 6 1 | IPv6 address 16 | TTL 4
 * </pre>
 *
 * On a stream opened by BEGIN_DIR the content means nothing and should not be decoded at all. The address is what an
 * exit claims: nobody dials or remembers it.
 *
 * @param address that the exit connected to, if told
 * @param ttlSeconds how long the address may be remembered, 0 to 2^31 - 1; absent if not told or larger
 */
public record Connected(Optional<InetAddress> address, OptionalLong ttlSeconds) implements RelayMessage {
    private static final long MAX_TTL = Integer.MAX_VALUE;
    private static final long NO_TTL = 0xffffffffL;
    private static final int TTL_LEN = 4;

    public Connected {
        checkArgument(address.isPresent() || !ttlSeconds.isPresent(), "TTL without an address");
        ttlSeconds.ifPresent(ttl -> checkArgument(ttl >= 0 && ttl <= MAX_TTL, "TTL %s", ttl));
        address.ifPresent(a -> checkArgument(a instanceof Inet6Address || !a.isAnyLocalAddress(), "address 0.0.0.0"));
    }

    /** Tells no address. */
    public static Connected withoutAddress() {
        return new Connected(Optional.empty(), OptionalLong.empty());
    }

    /** Tells an address and how long it may be remembered. */
    public static Connected to(InetAddress address, long ttlSeconds) {
        return new Connected(Optional.of(address), OptionalLong.of(ttlSeconds));
    }

    static Connected decode(WireReader in) throws WireFormatException {
        if (in.remaining() == 0) {
            return withoutAddress();
        }
        Bytes ipv4 = in.bytes(IpAddresses.IPV4_LEN, "IPv4 address");
        if (!ipv4.equals(Bytes.copyOf(new byte[IpAddresses.IPV4_LEN]))) {
            OptionalLong ttl = in.remaining() >= TTL_LEN ? readTtl(in) : OptionalLong.empty();
            return new Connected(Optional.of(IpAddresses.ipv4(ipv4)), ttl);
        }
        int type = in.u8("address type");
        if (type != Resolved.IPV6) {
            throw new WireFormatException("CONNECTED to an address of type " + type);
        }
        InetAddress ipv6 = IpAddresses.ipv6(in.bytes(IpAddresses.IPV6_LEN, "IPv6 address"));
        return new Connected(Optional.of(ipv6), readTtl(in));
    }

    private static OptionalLong readTtl(WireReader in) throws WireFormatException {
        long ttl = in.u32("TTL");
        return ttl <= MAX_TTL ? OptionalLong.of(ttl) : OptionalLong.empty();
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.CONNECTED;
    }

    @Override
    public void encode(WireWriter out) {
        if (!address.isPresent()) {
            return;
        }
        if (address.get() instanceof Inet6Address) {
            out.zeros(IpAddresses.IPV4_LEN).u8(Resolved.IPV6);
        }
        out.bytes(address.get().getAddress()).u32(ttlSeconds.orElse(NO_TTL));
    }

    /** Without the address, which must not get into a log by accident. */
    @Override
    public String toString() {
        return "Connected";
    }
}
