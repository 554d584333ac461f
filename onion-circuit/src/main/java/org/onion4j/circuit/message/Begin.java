package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * BEGIN: asks the last hop to connect to an address and port. Spec: tor-spec, "Opening streams and transferring data".
 * Data: address ":" port NUL, all ASCII, then flags 4 bytes if any is set.
 *
 * @param address a host name, an IPv4 address, or an IPv6 address in brackets: printable ASCII; empty to an onion service
 * @param port 1 to 65535
 * @param flags 32 bits, see the constants; a receiver ignores those it doesn't know
 */
public record Begin(String address, int port, long flags) implements RelayMessage {
    /** The client can make use of IPv6 addresses. */
    public static final long IPV6_OK = 1;
    /** The client wants no IPv4 address. */
    public static final long IPV4_NOT_OK = 2;
    /** Where there are addresses of both families, the client wants IPv6. */
    public static final long IPV6_PREFERRED = 4;

    /** Most bytes of an address: what every layout of relay messages has room for, with port and flags. */
    public static final int MAX_ADDRESS_LEN = 477;

    private static final int FLAGS_LEN = 4;

    public Begin {
        checkArgument(
                address.isEmpty() || isAddress(address),
                "not an address for BEGIN"); // the address itself must not get into a log
        checkArgument(port >= 1 && port <= 0xffff, "port %s", port);
        checkArgument(flags >= 0 && flags <= 0xffffffffL, "flags %s", flags);
    }

    /** As clients send it: in lower case, since the case a user typed would tell users apart. */
    public static Begin to(String address, int port, long flags) {
        return new Begin(address.toLowerCase(Locale.ROOT), port, flags);
    }

    /** To the onion service that the last hop is: it has ports, but no addresses. */
    public static Begin toService(int port) {
        return new Begin("", port, 0);
    }

    /** Whether an address may stand in a BEGIN message: printable ASCII, not too long, a colon inside brackets only. */
    public static boolean isAddress(String address) {
        int length = address.length();
        if (length == 0 || length > MAX_ADDRESS_LEN) {
            return false;
        }
        boolean bracketed = length > 2 && address.charAt(0) == '[' && address.charAt(length - 1) == ']';
        for (int i = 0; i < length; i++) {
            char c = address.charAt(i);
            boolean inside = bracketed && i > 0 && i < length - 1;
            boolean bracket = (c == '[' || c == ']') && (inside || !bracketed);
            if (c <= ' ' || c > '~' || bracket || (c == ':' && !inside)) {
                return false;
            }
        }
        return true;
    }

    static Begin decode(WireReader in) throws WireFormatException {
        Bytes data = in.rest();
        int nul = 0;
        while (nul < data.size() && data.get(nul) != 0) {
            nul++;
        }
        if (nul == data.size()) {
            throw new WireFormatException("BEGIN has no NUL");
        }
        String target = new String(data.slice(0, nul).toArray(), StandardCharsets.ISO_8859_1);
        int colon = target.lastIndexOf(':');
        if (colon < 0 || (colon > 0 && !isAddress(target.substring(0, colon)))) {
            throw new WireFormatException("BEGIN has no address and port");
        }
        WireReader rest = new WireReader(data.slice(nul + 1, data.size()));
        long flags = rest.remaining() >= FLAGS_LEN ? rest.u32("flags") : 0;
        return new Begin(target.substring(0, colon), readPort(target.substring(colon + 1)), flags);
    }

    private static int readPort(String digits) throws WireFormatException {
        int port = 0;
        boolean good = !digits.isEmpty() && digits.length() <= 5;
        for (int i = 0; good && i < digits.length(); i++) {
            good = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
            port = 10 * port + (digits.charAt(i) - '0');
        }
        if (!good || port == 0 || port > 0xffff) {
            throw new WireFormatException("BEGIN has no port");
        }
        return port;
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.BEGIN;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes((address + ":" + port).getBytes(StandardCharsets.US_ASCII)).u8(0);
        if (flags != 0) {
            out.u32(flags);
        }
    }

    /** Without the destination, which must not get into a log by accident. */
    @Override
    public String toString() {
        return "Begin[flags=" + flags + "]";
    }
}
