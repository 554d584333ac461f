package org.onion4j.directory.fetch;

import com.google.common.base.Splitter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What stands before the body of an answer (T30). Only what we need of it is kept.
 *
 * @param status the HTTP status, 100 to 999
 * @param contentLength the length of the body in bytes, where stated
 * @param coding how the body is compressed
 * @param date the directory's clock, where stated in the form of RFC 1123
 */
record HttpHeader(int status, OptionalLong contentLength, ContentCoding coding, Optional<Instant> date) {
    /** The most bytes in a header. */
    static final int MAX_LEN = 64 * 1024;

    private static final int MAX_LENGTH_DIGITS = 15;

    static HttpHeader parse(byte[] bytes) throws DirectoryException {
        Iterator<String> lines = Splitter.on('\n')
                .split(new String(bytes, StandardCharsets.ISO_8859_1))
                .iterator();
        int status = status(stripReturn(lines.next()));
        Map<String, String> fields = new HashMap<>();
        while (lines.hasNext()) {
            String line = stripReturn(lines.next());
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw fault("line without a name in the header");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (fields.put(name, line.substring(colon + 1).trim()) != null && matters(name)) {
                throw fault("field doubled in the header");
            }
        }
        if (fields.containsKey("transfer-encoding")) {
            throw fault("answer in an encoding that HTTP 1.0 hasn't");
        }
        return new HttpHeader(
                status,
                contentLength(fields.get("content-length")),
                coding(fields.get("content-encoding")),
                date(fields.get("date")));
    }

    private static boolean matters(String name) {
        return name.equals("content-length") || name.equals("content-encoding") || name.equals("transfer-encoding");
    }

    private static String stripReturn(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** The number in a line such as {@code HTTP/1.0 200 OK}. */
    private static int status(String line) throws DirectoryException {
        int space = line.indexOf(' ');
        boolean shaped = line.startsWith("HTTP/1.")
                && space > 0
                && line.length() >= space + 4
                && (line.length() == space + 4 || line.charAt(space + 4) == ' ');
        if (!shaped) {
            throw fault("no answer of HTTP 1");
        }
        int status = 0;
        for (int i = space + 1; i < space + 4; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw fault("no HTTP status");
            }
            status = status * 10 + digit;
        }
        if (status < 100) {
            throw fault("no HTTP status");
        }
        return status;
    }

    private static OptionalLong contentLength(String value) throws DirectoryException {
        if (value == null) {
            return OptionalLong.empty();
        }
        long length = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw fault("bad Content-Length");
            }
            length = length * 10 + digit;
            if (i >= MAX_LENGTH_DIGITS) {
                throw fault("bad Content-Length");
            }
        }
        if (value.isEmpty()) {
            throw fault("bad Content-Length");
        }
        return OptionalLong.of(length);
    }

    private static ContentCoding coding(String value) throws DirectoryException {
        if (value == null) {
            return ContentCoding.IDENTITY;
        }
        return ContentCoding.ofName(value.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> fault("compressed in a way that nobody asked for"));
    }

    private static Optional<Instant> date(String value) {
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static DirectoryException fault(String what) {
        return new DirectoryException(FetchOutcome.BAD_ANSWER, what);
    }
}
