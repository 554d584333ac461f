package org.onion4j.testnet.dir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.onion4j.crypto.bytes.Bytes;

/** Writes answers in HTTP 1.0. Static methods: any thread. Spec: dir-spec, "HTTP headers" and "HTTP status codes". */
final class HttpWriter {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private HttpWriter() {}

    /** The bytes of an answer, its document compressed as the request allows. */
    static Bytes write(DirRequest request, DirAnswer answer, DirClient client, Instant now) {
        if (answer.raw().isPresent()) {
            return answer.raw().get();
        }
        StringBuilder head = new StringBuilder("HTTP/1.0 ")
                .append(answer.status())
                .append(' ')
                .append(answer.reason())
                .append("\r\nDate: ")
                .append(HTTP_DATE.format(now))
                .append("\r\n");
        client.address()
                .filter(HttpWriter::isWorthTelling)
                .ifPresent(address -> head.append("X-Your-Address-Is: ")
                        .append(address.getHostAddress())
                        .append("\r\n"));
        for (String line : answer.headers()) {
            head.append(line).append("\r\n");
        }
        byte[] body = new byte[0];
        if (answer.status() == 200 && !answer.document().isEmpty()) {
            String coding = coding(request);
            body = encode(answer.document().toArray(), coding);
            head.append("Content-Type: text/plain\r\nContent-Encoding: ")
                    .append(coding)
                    .append("\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        byte[] headBytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return Bytes.concat(Bytes.copyOf(headBytes), Bytes.copyOf(body));
    }

    /** Addresses of one's own network say nothing about where the client is seen from. */
    private static boolean isWorthTelling(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isSiteLocalAddress()
                && !address.isLinkLocalAddress()
                && !address.isAnyLocalAddress();
    }

    private static String coding(DirRequest request) {
        if (request.accepts("deflate")) {
            return "deflate";
        }
        return request.accepts("gzip") || request.accepts("x-gzip") ? "gzip" : "identity";
    }

    /** A zlib stream that stands for these bytes. */
    static Bytes deflate(byte[] plain) {
        return Bytes.copyOf(encode(plain, "deflate"));
    }

    private static byte[] encode(byte[] document, String coding) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream coder = switch (coding) {
            case "deflate" -> new DeflaterOutputStream(out);
            case "gzip" -> new GZIPOutputStream(out);
            default -> out;
        }) {
            coder.write(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it goes to memory
        }
        return out.toByteArray();
    }
}
