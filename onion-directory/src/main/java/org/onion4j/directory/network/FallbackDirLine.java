package org.onion4j.directory.network;

import static org.onion4j.directory.network.LineFields.after;
import static org.onion4j.directory.network.LineFields.quoted;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.crypto.bytes.RsaIdentity;

/** {@code FallbackDir ipv4[:dirport] orport=port id=fingerprint [weight=number] [ipv6=address]}, in any order. */
final class FallbackDirLine {
    private FallbackDirLine() {}

    static FallbackDirectory parse(LineFields fields, String value, Consumer<NetworkWarning> warnings)
            throws NetworkDescriptionException {
        LineFields.Ipv4Port address = null;
        RsaIdentity identity = null;
        Optional<InetSocketAddress> ipv6 = Optional.empty();
        int orPort = 0;
        double weight = 1.0;
        for (String word : LineFields.words(value)) {
            String text;
            if ((text = after("orport", word)) != null) {
                orPort = fields.port(text, "orport");
            } else if ((text = after("id", word)) != null) {
                identity = fields.digest(text, "id");
            } else if ((text = after("ipv6", word)) != null) {
                if (ipv6.isPresent()) {
                    throw fields.problem("ipv6 is given twice");
                }
                ipv6 = Optional.of(fields.ipv6Port(text));
            } else if ((text = after("weight", word)) != null) {
                weight = fields.weight(text);
            } else if (word.indexOf('=') >= 0) {
                warnings.accept(fields.warning("unknown field " + quoted(word) + " was passed over"));
            } else if (address == null) {
                address = fields.ipv4Port(word);
            } else {
                throw fields.problem(quoted(word) + " follows the address");
            }
        }
        if (address == null) {
            throw fields.problem("the address is missing");
        }
        if (orPort == 0) {
            throw fields.problem("orport= is missing");
        }
        if (identity == null) {
            throw fields.problem("id= is missing");
        }
        return new FallbackDirectory(identity, address.address(), orPort, ipv6, weight);
    }
}
