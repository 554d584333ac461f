package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;

/** Reads the rules of exit policies; see {@link ExitPolicy}. Static methods: any thread. */
final class ExitPolicyParser {
    /** What {@code private} stands for. */
    static final ImmutableList<ExitPolicy.Range> PRIVATE = ImmutableList.of(
            ipv4Range(0, 8),
            ipv4Range(0xa9fe0000, 16),
            ipv4Range(0x7f000000, 8),
            ipv4Range(0xc0a80000, 16),
            ipv4Range(0x0a000000, 8),
            ipv4Range(0xac100000, 12),
            ipv6Range(0, 8),
            ipv6Range(0xfc00, 7),
            ipv6Range(0xfe80, 10),
            ipv6Range(0xfec0, 10),
            ipv6Range(0xff00, 8),
            ipv6Range(0, 127));

    private ExitPolicyParser() {}

    /**
     * Reads a rule.
     *
     * @param keyword {@code accept} or {@code reject}
     * @param pattern addresses, a colon, ports
     */
    static void rule(String keyword, String pattern, ImmutableList.Builder<ExitPolicy.Rule> rules)
            throws DocumentException {
        ExitPolicy.Verdict verdict;
        switch (keyword) {
            case "accept" -> verdict = ExitPolicy.Verdict.ACCEPT;
            case "reject" -> verdict = ExitPolicy.Verdict.REJECT;
            default -> throw fault("neither accept nor reject");
        }
        int colon = pattern.lastIndexOf(':');
        if (colon < 1) {
            throw fault("no port");
        }
        String addresses = pattern.substring(0, colon);
        String ports = pattern.substring(colon + 1);
        int low = 1;
        int high = 65535;
        if (!ports.equals("*")) {
            int dash = ports.indexOf('-');
            low = port(dash < 0 ? ports : ports.substring(0, dash));
            high = dash < 0 ? low : port(ports.substring(dash + 1));
        }
        if (low < 1 || high < low) {
            throw fault("bad ports");
        }
        if (addresses.equals("private")) {
            for (ExitPolicy.Range range : PRIVATE) {
                rules.add(new ExitPolicy.Rule(verdict, range, low, high));
            }
        } else {
            rules.add(new ExitPolicy.Rule(verdict, range(addresses), low, high));
        }
    }

    private static ExitPolicy.Range range(String text) throws DocumentException {
        if (text.startsWith("*") && text.length() <= 2) {
            return wildcard(text);
        }
        int slash = text.indexOf('/');
        byte[] host = (slash < 0 ? text : text.substring(0, slash)).getBytes(StandardCharsets.ISO_8859_1);
        String mask = slash < 0 ? "" : text.substring(slash + 1);
        if (host.length > 2 && host[0] == '[' && host[host.length - 1] == ']') {
            byte[] ipv6 = new byte[AddressText.IPV6_LEN];
            if (!AddressText.ipv6(host, 1, host.length - 1, ipv6)) {
                throw fault("bad IPv6 address");
            }
            return new ExitPolicy.Range(Bytes.copyOf(ipv6), slash < 0 ? 128 : bits(mask, 128));
        }
        long ipv4 = AddressText.ipv4(host, 0, host.length);
        if (ipv4 < 0) {
            throw fault("bad address");
        }
        return ipv4Range((int) ipv4, slash < 0 ? 32 : mask.indexOf('.') < 0 ? bits(mask, 32) : bitsOfMask(mask));
    }

    private static ExitPolicy.Range wildcard(String text) throws DocumentException {
        return switch (text) {
            case "*" -> ExitPolicy.Range.ANY;
            case "*4" -> ipv4Range(0, 0);
            case "*6" -> ipv6Range(0, 0);
            default -> throw fault("bad address");
        };
    }

    private static int bits(String text, int max) throws DocumentException {
        byte[] digits = text.getBytes(StandardCharsets.ISO_8859_1);
        int bits = AddressText.port(digits, 0, digits.length);
        if (bits < 0 || bits > max) {
            throw fault("bad number of bits");
        }
        return bits;
    }

    /** The number of ones of a mask such as {@code 255.255.0.0}, which must come first in it. */
    private static int bitsOfMask(String text) throws DocumentException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        long mask = AddressText.ipv4(bytes, 0, bytes.length);
        int ones = mask < 0 ? 0 : Integer.numberOfLeadingZeros(~(int) mask);
        if (mask < 0 || (ones < 32 && (int) mask << ones != 0)) {
            throw fault("bad mask");
        }
        return ones;
    }

    private static int port(String text) throws DocumentException {
        byte[] digits = text.getBytes(StandardCharsets.ISO_8859_1);
        int port = AddressText.port(digits, 0, digits.length);
        if (port < 0) {
            throw fault("bad port");
        }
        return port;
    }

    private static ExitPolicy.Range ipv4Range(int address, int bits) {
        return new ExitPolicy.Range(
                Bytes.copyOf(new byte[] {
                    (byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address
                }),
                bits);
    }

    private static ExitPolicy.Range ipv6Range(int firstGroup, int bits) {
        byte[] address = new byte[AddressText.IPV6_LEN];
        address[0] = (byte) (firstGroup >> 8);
        address[1] = (byte) firstGroup;
        return new ExitPolicy.Range(Bytes.copyOf(address), bits);
    }

    private static DocumentException fault(String what) {
        return new DocumentException("exit policy: " + what);
    }
}
