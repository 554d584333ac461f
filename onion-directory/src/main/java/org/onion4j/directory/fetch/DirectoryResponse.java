package org.onion4j.directory.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;

/**
 * A directory's answer, decompressed and within its limits. Spec: dir-spec, "HTTP headers" and "HTTP status codes".
 * Immutable but for the body, which belongs to whoever read it.
 */
final class DirectoryResponse {
    static final int OK = 200;
    static final int NOT_MODIFIED = 304;

    private final int status;
    private final Optional<Instant> date;
    private final byte[] body;

    private DirectoryResponse(int status, Optional<Instant> date, byte[] body) {
        this.status = status;
        this.date = date;
        this.body = body;
    }

    /** The HTTP status: 200 with a body, 304 without one if the request allowed it, or another without. */
    int status() {
        return status;
    }

    /** The directory's clock, if it told. */
    Optional<Instant> date() {
        return date;
    }

    /** The documents; empty unless the status is 200. Not a copy. */
    byte[] body() {
        return body;
    }

    /** Told of each part of an answer that arrives. Called by the reading thread. */
    interface Progress {
        /**
         * Bytes have arrived.
         *
         * @param count how many
         * @param bodyLen how long the body will be, or -1 while that is unknown
         */
        void received(int count, long bodyLen);
    }

    /**
     * Reads an answer until it is whole; the stream isn't closed.
     *
     * @throws DirectoryException if it is not of HTTP, too large, cut off, empty, or not an answer to this request
     * @throws IOException from the stream
     */
    static DirectoryResponse read(InputStream in, DirectoryRequest request, Progress progress)
            throws DirectoryException, IOException {
        BoundedInput input = new BoundedInput(in, progress);
        HttpHeader header = HttpHeader.parse(input.readHeader(HttpHeader.MAX_LEN));
        if (header.status() == NOT_MODIFIED && !request.conditional()) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "not modified, but nobody asked");
        }
        if (header.status() != OK) {
            return new DirectoryResponse(header.status(), header.date(), new byte[0]);
        }
        int maxLen = request.kind().maxLen();
        byte[] raw = input.readBody(header.contentLength(), maxLen);
        if (raw.length == 0) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "answer without a body");
        }
        byte[] body = header.coding().decode(raw, maxLen);
        return new DirectoryResponse(OK, header.date(), body);
    }
}
