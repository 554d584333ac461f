package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.InetAddress;
import java.util.Optional;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * NETINFO: the sender's clock and addresses, and the receiver's address as the sender sees it; ends the link handshake.
 * None of it can be trusted. Spec: tor-spec, "NETINFO cells". Body: time 4 bytes, an address, number 1 byte, that many
 * addresses; each address is type 1 byte, length 1 byte, value. What follows is padding.
 *
 * @param timestamp seconds since 1970, 0 to 2^32 - 1; 0 where the sender keeps it to itself, as clients do
 * @param other the receiver's address as the sender sees it
 * @param mine the sender's own addresses, at most 255; clients give none
 */
public record Netinfo(long timestamp, Address other, ImmutableList<Address> mine) implements ChannelMessage {
    /**
     * An address of any type.
     *
     * @param type {@link #IPV4}, {@link #IPV6} or another number up to 255
     * @param value 4 bytes for IPv4, 16 for IPv6, 0 to 255 for others
     */
    @Immutable
    public record Address(int type, Bytes value) {
        public static final int IPV4 = 4;
        public static final int IPV6 = 6;

        public Address {
            checkArgument(type >= 0 && type <= 0xff, "address type %s", type);
            checkArgument(hasRightSize(type, value.size()), "address of type %s and %s bytes", type, value.size());
        }

        /** An IPv4 or IPv6 address. */
        public static Address of(InetAddress address) {
            Bytes value = Bytes.copyOf(address.getAddress());
            return new Address(value.size() == IpAddresses.IPV4_LEN ? IPV4 : IPV6, value);
        }

        static Address read(WireReader in) throws WireFormatException {
            int type = in.u8("address type");
            Bytes value = in.bytes(in.u8("address length"), "address");
            if (!hasRightSize(
                    type, value.size())) { // tor-spec would pass it over; C tor ends the channel, and so do we
                throw new WireFormatException("NETINFO address of type " + type + " has " + value.size() + " bytes");
            }
            return new Address(type, value);
        }

        private static boolean hasRightSize(int type, int size) {
            return switch (type) {
                case IPV4 -> size == IpAddresses.IPV4_LEN;
                case IPV6 -> size == IpAddresses.IPV6_LEN;
                default -> size <= 0xff;
            };
        }

        /** The address, if it is of a type we know. */
        public Optional<InetAddress> inetAddress() {
            return switch (type) {
                case IPV4 -> Optional.of(IpAddresses.ipv4(value));
                case IPV6 -> Optional.of(IpAddresses.ipv6(value));
                default -> Optional.empty();
            };
        }

        void write(WireWriter out) {
            out.u8(type).u8(value.size()).bytes(value);
        }
    }

    public Netinfo {
        checkArgument(timestamp >= 0 && timestamp <= 0xffffffffL, "timestamp %s", timestamp);
        checkArgument(mine.size() <= 0xff, "%s addresses", mine.size());
    }

    /** What a client sends to a relay at the given address: neither time nor addresses of its own. */
    public static Netinfo ofClient(InetAddress relay) {
        return new Netinfo(0, Address.of(relay), ImmutableList.of());
    }

    static Netinfo decode(WireReader in) throws WireFormatException {
        long timestamp = in.u32("timestamp");
        Address other = Address.read(in);
        int count = in.u8("number of addresses");
        ImmutableList.Builder<Address> mine = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            mine.add(Address.read(in));
        }
        return new Netinfo(timestamp, other, mine.build());
    }

    @Override
    public CellCommand command() {
        return CellCommand.NETINFO;
    }

    @Override
    public void encode(WireWriter out) {
        out.u32(timestamp);
        other.write(out);
        out.u8(mine.size());
        mine.forEach(address -> address.write(out));
    }
}
