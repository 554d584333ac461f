package org.onion4j.directory.network;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The network to join, as its configuration describes it. Immutable.
 *
 * <p>A text that names no authority means the public network, with its own fallbacks unless the text names some; a text
 * that does replaces both lists, since a fallback of one network is none of another.
 *
 * @param authorities all directory authorities, in the order of their lines; not empty
 * @param fallbacks the relays to begin with; where there are none, the authorities serve
 * @param kind whether the network is set up for tests
 * @param subnets whether two relays of one path may be neighbours
 * @param unsupported the lines about bridges and transports, for which this release has no use
 * @param warnings what was passed over, at most 100, in the order of the lines
 */
public record NetworkDescription(
        ImmutableList<Authority> authorities,
        ImmutableList<FallbackDirectory> fallbacks,
        Kind kind,
        Subnets subnets,
        ImmutableList<UnsupportedLine> unsupported,
        ImmutableList<NetworkWarning> warnings) {
    /** Most characters in a description: 1 Mi. */
    public static final int MAX_TEXT_LEN = 1 << 20;

    /** Whether the network is set up for tests. */
    public enum Kind {
        /** The public network, or another one under its rules. */
        PUBLIC,
        /** {@code TestingTorNetwork 1}: documents are short-lived, and relays and destinations may be on this machine. */
        TESTING
    }

    /** Whether two relays of one path may be in the same subnet ({@code EnforceDistinctSubnets}). */
    public enum Subnets {
        /** Never: the default, but for a testing network. */
        DISTINCT,
        /** It does not matter. */
        ANY
    }

    /** The public Tor network, from the lists that this release carries. */
    public static NetworkDescription publicNetwork() {
        try {
            return NetworkDescriptionParser.parse(
                    resource("public-authorities.torrc") + resource("public-fallbacks.torrc"));
        } catch (NetworkDescriptionException e) {
            throw new IllegalStateException("the lists of the public network are damaged", e);
        }
    }

    /**
     * The network that lines of C tor's configuration describe.
     *
     * @throws NetworkDescriptionException if a line that matters is malformed, or the text is too long
     */
    public static NetworkDescription parse(String text) throws NetworkDescriptionException {
        if (text.length() > MAX_TEXT_LEN) {
            throw new NetworkDescriptionException(1, "the description has more than " + MAX_TEXT_LEN + " characters");
        }
        NetworkDescription parsed = NetworkDescriptionParser.parse(withoutMark(text));
        if (!parsed.authorities.isEmpty()) {
            return parsed;
        }
        NetworkDescription tor = publicNetwork();
        return new NetworkDescription(
                tor.authorities,
                parsed.fallbacks.isEmpty() ? tor.fallbacks : parsed.fallbacks,
                parsed.kind,
                parsed.subnets,
                parsed.unsupported,
                parsed.warnings);
    }

    /** Some editors begin a text with a byte order mark, which would make another word of the first option. */
    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The authorities whose signatures count under a consensus; it needs those of more than half of them. */
    public ImmutableList<Authority> votingAuthorities() {
        return authorities.stream().filter(Authority::votes).collect(ImmutableList.toImmutableList());
    }

    /**
     * Whether the text asks to reach the network through bridges alone: {@code UseBridges 1}, or {@code Bridge} lines
     * without a {@code UseBridges 0}. Who asks so must never be connected to a public relay instead.
     */
    public boolean requiresBridges() {
        boolean required = false;
        for (UnsupportedLine line : unsupported) {
            if (line.option() == UnsupportedLine.Option.BRIDGE) {
                required = true;
            }
        }
        for (UnsupportedLine line : unsupported) {
            if (line.option() == UnsupportedLine.Option.USE_BRIDGES) {
                required = line.value().equals("1"); // the last one counts
            }
        }
        return required;
    }

    private static String resource(String name) {
        try (InputStream in = NetworkDescription.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(ByteStreams.toByteArray(in), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }
}
