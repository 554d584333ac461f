package org.onion4j.api.internal;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import org.onion4j.crypto.bytes.Bytes;

/** The ranges of addresses that no exit can reach for us: of this machine, of local networks, of groups, of nobody. */
public final class InternalRanges {
    private record Range(Bytes prefix, int bits) {
        static Range of(int bits, int... prefix) {
            byte[] bytes = new byte[prefix.length];
            for (int i = 0; i < prefix.length; i++) {
                bytes[i] = (byte) prefix[i];
            }
            return new Range(Bytes.copyOf(bytes), bits);
        }

        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if (((address[bit / 8] ^ prefix.get(bit / 8)) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final ImmutableList<Range> IPV4 = ImmutableList.of(
            Range.of(8, 0), // this network
            Range.of(8, 10), // private
            Range.of(10, 100, 64), // shared by customers of a provider
            Range.of(8, 127), // this machine
            Range.of(16, 169, 254), // this link
            Range.of(12, 172, 16), // private
            Range.of(16, 192, 168), // private
            Range.of(4, 224), // groups
            Range.of(4, 240)); // reserved, and everybody

    private static final ImmutableList<Range> IPV6 = ImmutableList.of(
            Range.of(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), // nobody, this machine, IPv4 in disguise
            Range.of(7, 0xfc), // unique local
            Range.of(10, 0xfe, 0x80), // this link
            Range.of(10, 0xfe, 0xc0), // this site
            Range.of(8, 0xff)); // groups

    private InternalRanges() {}

    public static boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Range range : bytes.length == 4 ? IPV4 : IPV6) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }
}
