package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * RESOLVE: asks the last hop to look up a name, or the name of an address. Spec: tor-spec, "Remote hostname lookup".
 * Data: the name, NUL; what follows is passed over.
 *
 * @param name a host name, an IPv4 or IPv6 address, or a name under in-addr.arpa or ip6.arpa: 1 to 487 characters of
 *     printable ASCII
 */
public record Resolve(String name) implements RelayMessage {
    /** Most bytes of a name: what every layout of relay messages has room for. */
    public static final int MAX_NAME_LEN = 487;

    public Resolve {
        checkArgument(isName(name), "not a name for RESOLVE"); // the name itself must not get into a log
    }

    /** Whether a name may stand in a RESOLVE message. */
    public static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= MAX_NAME_LEN && name.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    static Resolve decode(WireReader in) throws WireFormatException {
        Bytes data = in.rest();
        int nul = 0;
        while (nul < data.size() && data.get(nul) != 0) {
            nul++;
        }
        String name = new String(data.slice(0, nul).toArray(), StandardCharsets.ISO_8859_1);
        if (nul == data.size() || !isName(name)) {
            throw new WireFormatException("RESOLVE has no name");
        }
        return new Resolve(name);
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.RESOLVE;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(name.getBytes(StandardCharsets.US_ASCII)).u8(0);
    }

    /** Without the name, which must not get into a log by accident. */
    @Override
    public String toString() {
        return "Resolve";
    }
}
