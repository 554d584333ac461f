package org.onion4j.directory.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** Takes an answer off a stream, never more of it than a limit allows. For one thread. */
final class BoundedInput {
    private static final int CHUNK_LEN = 16 * 1024;

    private final InputStream in;
    private final DirectoryResponse.Progress progress;
    private final byte[] chunk = new byte[CHUNK_LEN];
    private int chunkAt;
    private int chunkEnd;
    private long bodyLen = -1;

    BoundedInput(InputStream in, DirectoryResponse.Progress progress) {
        this.in = in;
        this.progress = progress;
    }

    /** The lines up to the first empty one, which ends within {@code maxLen} bytes. */
    byte[] readHeader(int maxLen) throws DirectoryException, IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream(512);
        int lineLen = 0;
        while (header.size() < maxLen) {
            if (!fill()) {
                throw new DirectoryException(FetchOutcome.BAD_ANSWER, "answer ends in its header");
            }
            byte b = chunk[chunkAt++];
            header.write(b);
            if (b == '\n') {
                if (lineLen == 0) {
                    return header.toByteArray();
                }
                lineLen = 0;
            } else if (b != '\r') {
                lineLen++;
            }
        }
        throw new DirectoryException(FetchOutcome.BAD_ANSWER, "header without end");
    }

    /** All that follows, or as much as the header says. */
    byte[] readBody(OptionalLong contentLength, int maxLen) throws DirectoryException, IOException {
        if (contentLength.isPresent() && contentLength.getAsLong() > maxLen) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "body too large");
        }
        bodyLen = contentLength.orElse(-1);
        ByteArrayOutputStream body = new ByteArrayOutputStream(CHUNK_LEN); // whatever the header says
        long left = contentLength.orElse(maxLen + 1L);
        while (left > 0 && fill()) {
            int count = (int) Math.min(left, chunkEnd - chunkAt);
            body.write(chunk, chunkAt, count);
            chunkAt += count;
            left -= count;
        }
        if (body.size() > maxLen) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "body too large");
        }
        if (contentLength.isPresent() && left > 0) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "body shorter than the header says");
        }
        return body.toByteArray();
    }

    /** Whether there is at least one byte in the chunk now. */
    private boolean fill() throws IOException {
        if (chunkAt < chunkEnd) {
            return true;
        }
        int count = in.read(chunk, 0, chunk.length);
        if (count <= 0) {
            return false;
        }
        chunkAt = 0;
        chunkEnd = count;
        progress.received(count, bodyLen);
        return true;
    }
}
