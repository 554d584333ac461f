package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * END: the stream is closed, or was not opened. Spec: tor-spec, "Closing streams". Data: reason 1 byte; with EXITPOLICY
 * perhaps the address that the relay won't connect to, 4 or 16 bytes, and its TTL, 4 bytes. More data of another length
 * is passed over; no reason at all is an error. The address is what an exit claims: nobody dials or remembers it.
 *
 * @param reason why; clients say MISC or DONE
 * @param address with EXITPOLICY alone
 * @param ttlSeconds how long the address may be remembered, 0 to 2^32 - 1; with an address alone
 */
public record End(EndReason reason, Optional<InetAddress> address, OptionalLong ttlSeconds) implements RelayMessage {
    private static final int TTL_LEN = 4;

    public End {
        checkArgument(!address.isPresent() || reason.equals(EndReason.EXITPOLICY), "%s with an address", reason);
        checkArgument(address.isPresent() || !ttlSeconds.isPresent(), "TTL without an address");
        ttlSeconds.ifPresent(ttl -> checkArgument(ttl >= 0 && ttl <= 0xffffffffL, "TTL %s", ttl));
    }

    /** Gives a reason and nothing else. */
    public static End of(EndReason reason) {
        return new End(reason, Optional.empty(), OptionalLong.empty());
    }

    static End decode(WireReader in) throws WireFormatException {
        EndReason reason = EndReason.ofWire(in.u8("reason"));
        if (!reason.equals(EndReason.EXITPOLICY)) {
            return of(reason);
        }
        Optional<InetAddress> address = switch (in.remaining()) {
            case IpAddresses.IPV4_LEN, IpAddresses.IPV4_LEN + TTL_LEN ->
                Optional.of(IpAddresses.ipv4(in.bytes(IpAddresses.IPV4_LEN, "IPv4 address")));
            case IpAddresses.IPV6_LEN, IpAddresses.IPV6_LEN + TTL_LEN ->
                Optional.of(IpAddresses.ipv6(in.bytes(IpAddresses.IPV6_LEN, "IPv6 address")));
            default -> Optional.empty();
        };
        boolean hasTtl = address.isPresent() && in.remaining() == TTL_LEN;
        return new End(reason, address, hasTtl ? OptionalLong.of(in.u32("TTL")) : OptionalLong.empty());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.END;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(reason.wire());
        address.ifPresent(a -> out.bytes(a.getAddress()));
        ttlSeconds.ifPresent(out::u32);
    }

    /** Without the address, which must not get into a log by accident. */
    @Override
    public String toString() {
        return "End[" + reason + "]";
    }
}
