package org.onion4j.api.internal;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.InvalidDestinationException.Reason;
import org.onion4j.api.OnionException;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.OnionAddressException;

/**
 * Which destinations may be asked of the network. One verdict for all ways to ask: the API and the proxies. Nothing is
 * ever looked up here. Spec: address-spec, "Special Hostnames in Tor". Immutable.
 *
 * <p>Names are ASCII: an internationalised one has to be given in its ACE form ({@code xn--...}), since the rules for
 * that conversion have changed over time and a stream to another host would be the price of a wrong guess.
 */
public final class DestinationRules {
    /** Whether this machine and the local network are destinations. */
    public enum InternalAddresses {
        REFUSED,
        ALLOWED
    }

    /** Most characters in a host name, as in SOCKS5. */
    public static final int MAX_HOST_LEN = 255;

    private static final int MAX_LABEL_LEN = 63;

    private static final CharMatcher DIGIT = CharMatcher.inRange('0', '9');
    private static final CharMatcher LABEL =
            DIGIT.or(CharMatcher.inRange('a', 'z')).or(CharMatcher.anyOf("-_"));
    private static final CharMatcher ADDRESS =
            DIGIT.or(CharMatcher.inRange('a', 'f')).or(CharMatcher.anyOf(":."));
    private static final Splitter DOTS = Splitter.on('.');

    private final InternalAddresses internal;

    public DestinationRules(InternalAddresses internal) {
        this.internal = internal;
    }

    /** A host, by name or address, and a port to open a stream to. */
    public Destination forStream(String host, int port) throws OnionException {
        Destination destination = check(host, port(port));
        refuseIfInternal(destination);
        return destination;
    }

    /** A host to look up: of an address nothing else is needed. */
    public Destination forResolve(String host) throws OnionException {
        Destination destination = check(host, 0);
        refuseIfInternal(destination);
        if (destination.onion().isPresent()) {
            throw new InvalidDestinationException(
                    Reason.ONION_ADDRESS, "an onion service has no address that could be looked up");
        }
        return destination;
    }

    /** An address to look up the name of. */
    public Destination forReverse(InetAddress address) throws OnionException {
        Destination destination = Destination.of(address, 0);
        refuseIfInternal(destination);
        return destination;
    }

    /** Whether an exit's answer to a look-up may be believed: a name outside must not lead to this machine. */
    public boolean accepts(InetAddress answer) {
        return internal == InternalAddresses.ALLOWED || !InternalRanges.contains(answer);
    }

    private static int port(int port) throws InvalidDestinationException {
        if (port < 1 || port > 65535) {
            throw malformed("the port is not between 1 and 65535");
        }
        return port;
    }

    private static Destination check(String host, int port) throws OnionException {
        if (host.isEmpty()) {
            throw malformed("the host is empty");
        }
        if (host.length() > MAX_HOST_LEN) {
            throw malformed("the host has more than " + MAX_HOST_LEN + " characters");
        }
        if (!CharMatcher.ascii().matchesAllOf(host)) {
            throw malformed("the host is not ASCII; give an international name in its ACE form (xn--...)");
        }
        String name = Ascii.toLowerCase(host);
        Optional<InetAddress> address = address(name);
        if (address.isPresent()) {
            return Destination.of(address.get(), port);
        }
        String checked = name(name);
        Optional<OnionAddress> onion = OnionAddress.isOnionName(checked) || checked.equals("onion")
                ? Optional.of(onionService(checked))
                : Optional.empty();
        return new Destination(checked, Optional.empty(), onion, port);
    }

    /** The onion service of a host name. */
    public static OnionAddress onionService(String name) throws InvalidDestinationException {
        try {
            return OnionAddress.ofHost(name);
        } catch (OnionAddressException e) {
            throw new InvalidDestinationException(
                    e.reason() == OnionAddressException.Reason.VERSION_2
                            ? Reason.ONION_VERSION_2
                            : Reason.ONION_ADDRESS,
                    e.getMessage());
        }
    }

    /** The address that a host stands for if it is a literal one; an IPv6 address may be in brackets. */
    private static Optional<InetAddress> address(String host) throws InvalidDestinationException {
        boolean brackets = host.startsWith("[") && host.endsWith("]");
        String literal = brackets ? host.substring(1, host.length() - 1) : host;
        if (ADDRESS.matchesAllOf(literal) && InetAddresses.isInetAddress(literal)) {
            if (brackets && literal.indexOf(':') < 0) {
                throw malformed("the host has an IPv4 address in brackets");
            }
            return Optional.of(InetAddresses.forString(literal));
        }
        if (literal.indexOf(':') >= 0 || brackets) {
            throw malformed("the host is no IPv6 address");
        }
        return Optional.empty();
    }

    /** A host name that is fit for the wire. */
    private static String name(String host) throws OnionException {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        List<String> labels = DOTS.splitToList(name);
        for (String label : labels) {
            if (label.isEmpty() || label.length() > MAX_LABEL_LEN || !LABEL.matchesAllOf(label)) {
                throw malformed("the host is no host name");
            }
            if (label.charAt(0) == '-' || label.charAt(0) == '_') {
                throw malformed("a part of the host's name begins with '-' or '_'");
            }
        }
        String last = labels.get(labels.size() - 1);
        if (DIGIT.matchesAllOf(last) || isHexNumber(last)) {
            throw malformed("the host is a number, or an address in a form that is no longer used");
        }
        if (last.equals("exit")) {
            throw new InvalidDestinationException(
                    Reason.EXIT_NOTATION, "the host ends in .exit, which chooses an exit and is refused");
        }
        return name;
    }

    private static boolean isHexNumber(String label) {
        return label.startsWith("0x") && ADDRESS.matchesAllOf(label.substring(2));
    }

    private void refuseIfInternal(Destination destination) throws InvalidDestinationException {
        if (internal == InternalAddresses.ALLOWED) {
            return;
        }
        boolean refused = destination.address().map(InternalRanges::contains).orElse(isLocalName(destination.host()));
        if (refused) {
            throw new InvalidDestinationException(
                    Reason.INTERNAL, "the host is on this machine or in its local network");
        }
    }

    private static boolean isLocalName(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.equals("localhost") || last.equals("local") || last.equals("localdomain");
    }

    private static InvalidDestinationException malformed(String what) {
        return new InvalidDestinationException(Reason.MALFORMED, what);
    }
}
