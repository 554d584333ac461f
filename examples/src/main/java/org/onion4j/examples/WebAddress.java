package org.onion4j.examples;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an http or https address says: where to connect, and what to ask for there.
 *
 * @param tls whether the stream carries TLS
 * @param host a name, or an address without brackets
 * @param port 1 to 65535
 * @param target the path and query for the request line
 */
record WebAddress(boolean tls, String host, int port, String target) {
    private static final int MAX_LEN = 8192;
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:(?<host>[A-Za-z0-9._-]+)|\\[(?<address>[0-9A-Fa-f:.]+)])(?::(?<port>[0-9]{0,9}))?");

    /** @throws CommandException if it is not an address that can be fetched; the message says why */
    static WebAddress parse(String text) throws CommandException {
        if (text.length() > MAX_LEN) {
            throw CommandException.badArgument("the URL has more than " + MAX_LEN + " characters");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw bad(text, e.getReason() + " at character " + (e.getIndex() + 1));
        }
        return of(uri, text);
    }

    /** The address that a redirection from this one leads to. */
    WebAddress resolve(String location) throws CommandException {
        try {
            URI base = new URI(toString());
            return of(base.resolve(new URI(location)), location);
        } catch (URISyntaxException e) {
            throw bad(location, "the server redirects to something that is no URL");
        }
    }

    private static WebAddress of(URI uri, String text) throws CommandException {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw bad(text, "it does not begin with http:// or https://");
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        if (authority.indexOf('@') >= 0) {
            throw bad(text, "a user name in it is not supported");
        }
        Matcher parts = AUTHORITY.matcher(authority); // URI itself knows no host with a '_', which real ones have
        if (!parts.matches()) {
            throw bad(text, "it has no valid host name and port");
        }
        String host = parts.group("host") == null ? parts.group("address") : parts.group("host");
        String digits = parts.group("port");
        int port = digits == null || digits.isEmpty() ? defaultPort(scheme.equals("https")) : Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            throw bad(text, "port " + port + " is not between 1 and 65535");
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new WebAddress(scheme.equals("https"), host, port, path + query);
    }

    private static CommandException bad(String text, String why) {
        return CommandException.badArgument("cannot fetch '" + text + "': " + why);
    }

    private static int defaultPort(boolean tls) {
        return tls ? 443 : 80;
    }

    /** The host as a request names it: with the port unless it is the usual one. */
    String hostHeader() {
        String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == defaultPort(tls) ? bracketed : bracketed + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + hostHeader() + target;
    }
}
