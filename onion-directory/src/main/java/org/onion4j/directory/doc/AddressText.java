package org.onion4j.directory.doc;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.onion4j.crypto.bytes.Bytes;

/** Addresses and ports as documents write them, read from a range of an array. Static methods: any thread. */
final class AddressText {
    /** Size of an IPv6 address in bytes. */
    static final int IPV6_LEN = 16;

    private static final int GROUPS = 8;

    private AddressText() {}

    /** The IPv4 address in dotted decimal, its first byte highest; -1 if it isn't one. */
    static long ipv4(byte[] text, int from, int to) {
        long bits = 0;
        int at = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && (at >= to || text[at++] != '.')) {
                return -1;
            }
            int start = at;
            int value = 0;
            while (at < to && at - start < 3 && text[at] >= '0' && text[at] <= '9') {
                value = value * 10 + (text[at++] - '0');
            }
            if (at == start || value > 255) {
                return -1;
            }
            bits = bits << 8 | value;
        }
        return at == to ? bits : -1;
    }

    /** The port, 0 to 65535; -1 if it isn't one. */
    static int port(byte[] text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9 || i - from >= 5) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return from == to || value > 65535 ? -1 : value;
    }

    /**
     * Fills {@code out} with the address of {@code [IPv6]:port} and gives the port; -1 if it is anything else, or port
     * 0.
     */
    static int ipv6AndPort(byte[] text, int from, int to, byte[] out) {
        if (from >= to || text[from] != '[') {
            return -1;
        }
        int close = from;
        while (close < to && text[close] != ']') {
            close++;
        }
        if (close + 2 > to - 1 || text[close + 1] != ':' || !ipv6(text, from + 1, close, out)) {
            return -1;
        }
        int port = port(text, close + 2, to);
        return port == 0 ? -1 : port;
    }

    /** Fills {@code out} with the IPv6 address; false if it isn't one. */
    static boolean ipv6(byte[] text, int from, int to, byte[] out) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gapAt = -1; // how many groups stand before "::"
        int at = from;
        if (to - from >= 2 && text[from] == ':' && text[from + 1] == ':') {
            gapAt = 0;
            at += 2;
        }
        while (at < to) {
            int end = at;
            while (end < to && text[end] != ':') {
                end++;
            }
            if (end == to && count <= GROUPS - 2 && contains(text, at, end, '.')) {
                long ipv4 = ipv4(text, at, end);
                if (ipv4 < 0) {
                    return false;
                }
                groups[count++] = (int) (ipv4 >>> 16);
                groups[count++] = (int) (ipv4 & 0xffff);
                at = end;
                break;
            }
            int group = group(text, at, end);
            if (group < 0 || count == GROUPS) {
                return false;
            }
            groups[count++] = group;
            at = end;
            if (at < to) { // at a colon
                at++;
                if (at < to && text[at] == ':') {
                    if (gapAt >= 0) {
                        return false;
                    }
                    gapAt = count;
                    at++;
                } else if (at == to) {
                    return false;
                }
            }
        }
        if (gapAt < 0 ? count != GROUPS : count >= GROUPS) {
            return false;
        }
        spread(groups, count, gapAt < 0 ? count : gapAt, out);
        return true;
    }

    /** Writes the groups, with zeros between the first {@code gapAt} ones and the others. */
    private static void spread(int[] groups, int count, int gapAt, byte[] out) {
        for (int i = 0; i < GROUPS; i++) {
            int source = i < gapAt ? i : i - (GROUPS - count);
            int group = i < gapAt || source >= gapAt ? groups[source] : 0;
            out[2 * i] = (byte) (group >>> 8);
            out[2 * i + 1] = (byte) group;
        }
    }

    private static int group(byte[] text, int from, int to) {
        if (from == to || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = HexText.digit((char) (text[i] & 0xff));
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static boolean contains(byte[] text, int from, int to, char c) {
        for (int i = from; i < to; i++) {
            if (text[i] == c) {
                return true;
            }
        }
        return false;
    }

    /** An address of 4 or 16 bytes as documents write it, IPv6 in its short form and without brackets. */
    static String toText(Bytes address) {
        try {
            return InetAddresses.toAddrString(
                    address.size() == IPV6_LEN
                            ? Inet6Address.getByAddress(null, address.toArray(), -1) // stays IPv6 even if mapped
                            : InetAddress.getByAddress(address.toArray()));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address of " + address.size() + " bytes", e);
        }
    }
}
