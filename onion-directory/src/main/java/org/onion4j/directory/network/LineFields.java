package org.onion4j.directory.network;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Reads the parts of one line. Each method names the part it reads, for the error text. */
final class LineFields {
    private static final Splitter BLANKS =
            Splitter.on(CharMatcher.anyOf(" \t\n\r\f\u000b")).omitEmptyStrings();
    private static final CharMatcher DIGIT = CharMatcher.inRange('0', '9');
    private static final CharMatcher HEX =
            DIGIT.or(CharMatcher.inRange('a', 'f')).or(CharMatcher.inRange('A', 'F'));
    private static final CharMatcher ADDRESS = HEX.or(CharMatcher.anyOf(".:"));
    private static final CharMatcher ALPHANUMERIC =
            DIGIT.or(CharMatcher.inRange('a', 'z')).or(CharMatcher.inRange('A', 'Z'));
    private static final CharMatcher PRINTABLE = CharMatcher.inRange('!', '~');
    private static final int MAX_NICKNAME_LEN = 19;
    private static final int MAX_QUOTED_LEN = 60;
    private static final int MAX_NUMBER_LEN = 15;

    private final int line;
    private final String option;

    LineFields(int line, String option) {
        this.line = line;
        this.option = option;
    }

    static List<String> words(String value) {
        return BLANKS.splitToList(value);
    }

    /** An address with its port, or with port 0 if none is written. */
    record Ipv4Port(Inet4Address address, int port) {}

    NetworkDescriptionException problem(String what) {
        return new NetworkDescriptionException(line, option + ": " + what);
    }

    NetworkWarning warning(String what) {
        return new NetworkWarning(line, option + ": " + what);
    }

    /** The text with what could confuse a reader of the log taken out. */
    static String quoted(String text) {
        String shown = text.length() > MAX_QUOTED_LEN ? text.substring(0, MAX_QUOTED_LEN) + "..." : text;
        return "'" + PRINTABLE.negate().replaceFrom(shown, '?') + "'";
    }

    static boolean isNickname(String word) {
        return !word.isEmpty() && word.length() <= MAX_NICKNAME_LEN && ALPHANUMERIC.matchesAllOf(word);
    }

    /** What follows {@code key=} in a word, whatever the case of the key; null if the word has another key. */
    static String after(String key, String word) {
        int length = key.length() + 1;
        return word.length() >= length && Ascii.equalsIgnoreCase(word.substring(0, length), key + "=")
                ? word.substring(length)
                : null;
    }

    int port(String text, String field) throws NetworkDescriptionException {
        if (!text.isEmpty() && text.length() <= 5 && DIGIT.matchesAllOf(text)) {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        }
        throw problem(field + " " + quoted(text) + " is no port from 1 to 65535");
    }

    RsaIdentity digest(String hex, String field) throws NetworkDescriptionException {
        if (hex.length() != 2 * RsaIdentity.LEN || !HEX.matchesAllOf(hex)) {
            throw problem(field + " " + quoted(hex) + " is not 40 hexadecimal digits");
        }
        return new RsaIdentity(Bytes.fromHex(hex));
    }

    double weight(String text) throws NetworkDescriptionException {
        List<String> parts = Splitter.on('.').splitToList(text);
        boolean digits = parts.size() <= 2 && parts.stream().allMatch(p -> !p.isEmpty() && DIGIT.matchesAllOf(p));
        if (!digits || text.length() > MAX_NUMBER_LEN) {
            throw problem("weight " + quoted(text) + " is no number of zero or more");
        }
        return Double.parseDouble(text);
    }

    boolean flag(String text) throws NetworkDescriptionException {
        if (!text.equals("0") && !text.equals("1")) {
            throw problem(quoted(text) + " is neither 0 nor 1");
        }
        return text.equals("1");
    }

    /** {@code ADDRESS} or {@code ADDRESS:PORT}. */
    Ipv4Port ipv4Port(String text) throws NetworkDescriptionException {
        int colon = text.indexOf(':');
        String address = colon < 0 ? text : text.substring(0, colon);
        InetAddress parsed = address(address);
        if (!(parsed instanceof Inet4Address ipv4)) {
            throw problem("address " + quoted(text) + " is no IPv4 address with a port");
        }
        return new Ipv4Port(ipv4, colon < 0 ? 0 : port(text.substring(colon + 1), "the address's port"));
    }

    /** {@code [ADDRESS]:PORT}. */
    InetSocketAddress ipv6Port(String text) throws NetworkDescriptionException {
        int end = text.lastIndexOf("]:");
        if (!text.startsWith("[") || end < 0 || !(address(text.substring(1, end)) instanceof Inet6Address ipv6)) {
            throw problem("ipv6 " + quoted(text) + " is no IPv6 address in brackets with a port");
        }
        return new InetSocketAddress(ipv6, port(text.substring(end + 2), "the IPv6 address's port"));
    }

    /** The address that a literal stands for, or null: nothing is ever looked up. */
    private static InetAddress address(String literal) {
        return ADDRESS.matchesAllOf(literal) && InetAddresses.isInetAddress(literal)
                ? InetAddresses.forString(literal.toLowerCase(Locale.ROOT))
                : null;
    }
}
