package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A request that has come in whole. Immutable. Spec: dir-spec, "Standards
 * compliance" and "HTTP headers".
 *
 * @param method GET or POST
 * @param path without the ending {@code .z}
 * @param headers by names in lower case
 * @param body empty for GET
 */
public record DirRequest(Method method, String path, ImmutableMap<String, String> headers, Bytes body) {
    /** The most bytes of a request line and headers. */
    static final int MAX_HEADER_LEN = 50_000;
    /** The most bytes that may be uploaded. */
    static final int MAX_BODY_LEN = 1 << 20;

    /** What is to be done. */
    public enum Method {
        GET,
        POST
    }

    /** The ending that asks for compression, as far as C tor asked for it before there were headers for that. */
    private static final String COMPRESSED = ".z";

    private static final int MAX_HEADERS = 100;

    /** A header that has been read, and how many bytes of a body are to follow. */
    record Head(Method method, String path, ImmutableMap<String, String> headers, int bodyLen) {
        DirRequest with(Bytes body) {
            return new DirRequest(method, path, headers, body);
        }
    }

    /** Whether the path ended in {@code .z}, or the header says so, that a coding is understood. */
    boolean accepts(String coding) {
        for (String word : headers.getOrDefault("accept-encoding", "").split(",", -1)) {
            if (word.trim().toLowerCase(Locale.ROOT).equals(coding)) {
                return true;
            }
        }
        return false;
    }

    /** Reads all before the body; nothing if it isn't HTTP as directories speak it. */
    static Optional<Head> head(byte[] bytes, int length) {
        String[] lines = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        String[] first = lines[0].split(" ", -1);
        if (first.length != 3 || !first[2].startsWith("HTTP/1.") || lines.length > MAX_HEADERS) {
            return Optional.empty();
        }
        Method method;
        switch (first[0]) {
            case "GET" -> method = Method.GET;
            case "POST" -> method = Method.POST;
            default -> {
                return Optional.empty();
            }
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                return Optional.empty();
            }
            headers.putIfAbsent(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).trim());
        }
        String path = path(first[1]);
        boolean compressed = method == Method.GET && path.endsWith(COMPRESSED);
        if (compressed) {
            headers.merge("accept-encoding", "deflate", (a, b) -> a + ", " + b);
            path = path.substring(0, path.length() - COMPRESSED.length());
        }
        int bodyLen = method == Method.GET ? 0 : bodyLen(headers.getOrDefault("content-length", "0"));
        if (bodyLen < 0) {
            return Optional.empty();
        }
        return Optional.of(new Head(method, path, ImmutableMap.copyOf(headers), bodyLen));
    }

    /** The path of a URL that may be a whole one, as some proxies send it. */
    private static String path(String url) {
        if (url.startsWith("http://")) {
            int slash = url.indexOf('/', "http://".length());
            return slash < 0 ? "/" : url.substring(slash);
        }
        return url;
    }

    private static int bodyLen(String text) {
        if (text.isEmpty() || text.length() > 7 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int length = Integer.parseInt(text);
        return length <= MAX_BODY_LEN ? length : -1;
    }
}
