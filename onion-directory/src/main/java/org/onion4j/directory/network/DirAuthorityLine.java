package org.onion4j.directory.network;

import static org.onion4j.directory.network.LineFields.after;
import static org.onion4j.directory.network.LineFields.quoted;

import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableSet;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.crypto.bytes.RsaIdentity;

/** {@code DirAuthority [nickname] [flags] ipv4:dirport fingerprint}, the fingerprint perhaps in groups of digits. */
final class DirAuthorityLine {
    /** Flags that mean nothing to a client, or nothing any more. */
    private static final ImmutableSet<String> WITHOUT_MEANING = ImmutableSet.of("no-v2", "hs", "no-hs", "bridge");
    /** Flags that only tell authorities from which ports to vote, upload and download. */
    private static final ImmutableSet<String> FOR_AUTHORITIES = ImmutableSet.of("vote", "upload", "download");

    private final LineFields fields;
    private final Consumer<NetworkWarning> warnings;
    private Optional<RsaIdentity> v3Identity = Optional.empty();
    private Optional<InetSocketAddress> ipv6 = Optional.empty();
    private int orPort;
    private double weight = 1.0;

    private DirAuthorityLine(LineFields fields, Consumer<NetworkWarning> warnings) {
        this.fields = fields;
        this.warnings = warnings;
    }

    static Authority parse(LineFields fields, String value, Consumer<NetworkWarning> warnings)
            throws NetworkDescriptionException {
        return new DirAuthorityLine(fields, warnings).parse(LineFields.words(value));
    }

    private Authority parse(List<String> words) throws NetworkDescriptionException {
        int at = 0;
        String nickname = "unnamed";
        if (!words.isEmpty() && LineFields.isNickname(words.get(0))) {
            nickname = words.get(at++);
        }
        while (at < words.size() && !startsWithDigit(words.get(at))) {
            flag(words.get(at++));
        }
        if (words.size() - at < 2) {
            throw fields.problem("needs an address with a port, and a fingerprint");
        }
        LineFields.Ipv4Port address = fields.ipv4Port(words.get(at++));
        if (address.port() == 0) {
            throw fields.problem("the address has no directory port");
        }
        RsaIdentity identity = fields.digest(Joiner.on("").join(words.subList(at, words.size())), "fingerprint");
        if (orPort == 0) {
            warnings.accept(fields.warning("without orport= the authority cannot be asked for documents"));
        }
        return new Authority(nickname, identity, v3Identity, address.address(), orPort, address.port(), ipv6, weight);
    }

    private static boolean startsWithDigit(String word) {
        return word.charAt(0) >= '0' && word.charAt(0) <= '9';
    }

    private void flag(String flag) throws NetworkDescriptionException {
        String text;
        if ((text = after("orport", flag)) != null) {
            orPort = fields.port(text, "orport");
        } else if ((text = after("v3ident", flag)) != null) {
            v3Identity = Optional.of(fields.digest(text, "v3ident"));
        } else if ((text = after("ipv6", flag)) != null) {
            if (ipv6.isPresent()) {
                throw fields.problem("ipv6 is given twice");
            }
            ipv6 = Optional.of(fields.ipv6Port(text));
        } else if ((text = after("weight", flag)) != null) {
            weight = fields.weight(text);
        } else if (!isKnown(flag)) {
            warnings.accept(fields.warning("unknown flag " + quoted(flag) + " was passed over"));
        }
    }

    private static boolean isKnown(String flag) {
        return WITHOUT_MEANING.contains(Ascii.toLowerCase(flag))
                || FOR_AUTHORITIES.stream().anyMatch(key -> after(key, flag) != null);
    }
}
