package org.onion4j.testnet;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Servers that are ready for {@link TestNetwork#serve}. */
public final class Handlers {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private Handlers() {}

    /** Sends back whatever comes, until the client ends its side. */
    public static DestinationHandler echo() {
        return connection -> connection.input().transferTo(connection.output());
    }

    /** A web server that answers every request with the same page of text, status 200, and closes the connection. */
    public static DestinationHandler page(String text) {
        return page("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A web server that answers every request with the same content, status 200, and closes the connection. */
    public static DestinationHandler page(String contentType, byte[] content) {
        byte[] body = content.clone();
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length
                        + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        return connection -> {
            if (readHead(connection.input())) {
                OutputStream out = connection.output();
                out.write(head);
                out.write(body);
                out.flush();
            }
        };
    }

    /** Sends the given bytes to whoever connects, then ends. */
    public static DestinationHandler sends(byte[] content) {
        byte[] body = content.clone();
        return connection -> connection.output().write(body);
    }

    /** Whether a whole request's head has come. */
    private static boolean readHead(InputStream raw) throws IOException {
        InputStream in = new BufferedInputStream(raw);
        int newlines = 0;
        for (int count = 0; count < MAX_HEAD_BYTES; count++) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            if (next == '\n') {
                if (++newlines == 2) {
                    return true;
                }
            } else if (next != '\r') {
                newlines = 0;
            }
        }
        throw new IOException("the request's head is longer than " + MAX_HEAD_BYTES + " bytes");
    }
}
