package org.onion4j.examples;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP/1.1 answer, read from a stream of its own: head first, then {@link #copyBody} once. What the server may send is bounded,
 * but for the body. Spec: RFC 9112.
 */
final class HttpResponse {
    private static final int MAX_LINE_BYTES = 8192;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_INTERIM_ANSWERS = 10;
    private static final int COPY_BYTES = 1 << 16;

    private final InputStream in;
    private final int status;
    private final Map<String, String> headers;

    private HttpResponse(InputStream in, int status, Map<String, String> headers) {
        this.in = in;
        this.status = status;
        this.headers = headers;
    }

    /** The request that leads to such an answer, with the end of the connection after it. */
    static byte[] request(WebAddress address) {
        String head = "GET " + address.target() + " HTTP/1.1\r\n"
                + "Host: " + address.hostHeader() + "\r\n"
                + "User-Agent: onion4j-example\r\n"
                + "Accept: */*\r\n"
                + "Connection: close\r\n"
                + "\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws IOException if the stream breaks, or what it says isn't HTTP */
    static HttpResponse read(InputStream stream) throws IOException {
        InputStream in = new BufferedInputStream(stream, COPY_BYTES);
        for (int answers = 0; answers <= MAX_INTERIM_ANSWERS; answers++) {
            int status = status(line(in));
            Map<String, String> headers = headers(in);
            if (status >= 200) {
                return new HttpResponse(in, status, headers);
            }
        }
        throw new IOException("the server sends interim answers only");
    }

    int status() {
        return status;
    }

    /** Where the server says the resource is instead. */
    Optional<String> redirection() {
        boolean redirects = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        return redirects ? Optional.ofNullable(headers.get("location")) : Optional.empty();
    }

    /**
     * Copies the body and returns its size in bytes.
     *
     * @throws IOException if it ends before the size that the server announced
     */
    long copyBody(OutputStream out) throws IOException {
        if (status == 204 || status == 304) {
            return 0;
        }
        String encoding = headers.getOrDefault("transfer-encoding", "identity").toLowerCase(Locale.ROOT);
        if (encoding.equals("chunked")) {
            return copyChunks(out);
        }
        if (!encoding.equals("identity")) {
            throw new IOException("the server uses the unknown transfer encoding " + encoding);
        }
        String length = headers.get("content-length");
        return length == null ? copyToEnd(out) : copy(out, number(length, 10));
    }

    private long copyToEnd(OutputStream out) throws IOException {
        return in.transferTo(out);
    }

    private long copyChunks(OutputStream out) throws IOException {
        long total = 0;
        while (true) {
            String line = line(in);
            int extension = line.indexOf(';');
            long size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
            if (size == 0) {
                headers(in);
                return total;
            }
            total += copy(out, size);
            if (!line(in).isEmpty()) {
                throw new IOException("a chunk of the answer is longer than announced");
            }
        }
    }

    private long copy(OutputStream out, long size) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        long left = size;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException("the answer ends " + left + " bytes before its announced size");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
        return size;
    }

    private static int status(String line) throws IOException {
        boolean isHttp = line.startsWith("HTTP/1.") && line.length() >= 12 && line.charAt(8) == ' ';
        if (!isHttp) {
            throw new IOException("the server does not speak HTTP/1.1");
        }
        long status = number(line.substring(9, 12), 10);
        if (status < 100 || status > 599) {
            throw new IOException("the server answers with the status " + status);
        }
        return (int) status;
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (int count = 0; count <= MAX_HEADERS; count++) {
            String line = line(in);
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("the server's answer has a malformed header");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            String before = headers.put(name, value);
            if (name.equals("content-length") && before != null && !before.equals(value)) {
                throw new IOException("the server announces two different sizes");
            }
        }
        throw new IOException("the server's answer has more than " + MAX_HEADERS + " headers");
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ends in the middle of the answer's head");
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("the server's answer has a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static long number(String digits, int radix) throws IOException {
        try {
            if (!digits.isEmpty() && Character.digit(digits.charAt(0), radix) >= 0) {
                return Long.parseLong(digits, radix);
            }
        } catch (NumberFormatException e) {
            // Told below, with what stood there.
        }
        throw new IOException("the server's answer has '" + digits + "' for a number");
    }
}
