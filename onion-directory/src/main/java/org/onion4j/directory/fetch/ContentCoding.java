package org.onion4j.directory.fetch;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The ways in which a body may be compressed. A body may be several compressed streams end to end; what they expand to
 * is limited in sum, and each must be whole (T28, T29). Needs memory for the limit at most twice, whatever the body
 * says of itself. Spec: dir-spec, "HTTP headers"; RFC 1950, 1952.
 */
enum ContentCoding {
    IDENTITY,
    /** Zlib streams. */
    DEFLATE,
    /** Gzip members. */
    GZIP;

    /** More streams in one body than any directory makes of 500 documents. */
    private static final int MAX_STREAMS = 2000;

    private static final int GZIP_HEADER_LEN = 10;
    private static final int GZIP_TRAILER_LEN = 8;
    private static final int GZIP_FHCRC = 2;
    private static final int GZIP_FEXTRA = 4;
    private static final int GZIP_FNAME = 8;
    private static final int GZIP_FCOMMENT = 16;
    private static final int GZIP_RESERVED = 0xe0;

    /** The coding of this name in a Content-Encoding header, if we know it. */
    static Optional<ContentCoding> ofName(String name) {
        return switch (name) {
            case "identity" -> Optional.of(IDENTITY);
            case "deflate" -> Optional.of(DEFLATE);
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            default -> Optional.empty();
        };
    }

    /**
     * What a body stands for.
     *
     * @param maxLen the most bytes that it may stand for
     * @throws DirectoryException if it is more, or cut off, or followed by something else, or damaged
     */
    byte[] decode(byte[] body, int maxLen) throws DirectoryException {
        if (this == IDENTITY) {
            if (body.length > maxLen) {
                throw fault("body too large");
            }
            return body;
        }
        Inflater inflater = new Inflater(this == GZIP);
        try {
            return new Decoding(body, maxLen, inflater).run(this);
        } catch (DataFormatException e) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "compressed body is damaged", e);
        } finally {
            inflater.end();
        }
    }

    private static DirectoryException fault(String what) {
        return new DirectoryException(FetchOutcome.BAD_ANSWER, what);
    }

    private static final class Decoding {
        private final byte[] body;
        private final int maxLen;
        private final Inflater inflater;
        private byte[] out;
        private int outLen;
        private int at;

        Decoding(byte[] body, int maxLen, Inflater inflater) {
            this.body = body;
            this.maxLen = maxLen;
            this.inflater = inflater;
            this.out = new byte[(int) Math.max(1024, Math.min(maxLen, 4L * body.length))];
        }

        byte[] run(ContentCoding coding) throws DirectoryException, DataFormatException {
            int streams = 0;
            do {
                if (++streams > MAX_STREAMS) {
                    throw fault("too many compressed streams");
                }
                if (coding == GZIP) {
                    gzipMember();
                } else {
                    stream();
                }
            } while (at < body.length);
            return outLen == out.length ? out : Arrays.copyOf(out, outLen);
        }

        private void stream() throws DirectoryException, DataFormatException {
            inflater.reset();
            inflater.setInput(body, at, body.length - at);
            while (!inflater.finished()) {
                if (outLen == out.length) {
                    grow();
                }
                int count = inflater.inflate(out, outLen, out.length - outLen);
                outLen += count;
                if (outLen > maxLen) {
                    throw fault("body expands to too much");
                }
                if (inflater.needsDictionary()) {
                    throw fault("compressed body needs a dictionary");
                }
                if (count == 0 && !inflater.finished() && inflater.needsInput()) {
                    throw fault("compressed body is cut off");
                }
            }
            at = body.length - inflater.getRemaining();
        }

        /** One byte more than the limit at most, so that a body that passes it is told from one that just fits. */
        private void grow() {
            int size = (int) Math.min(maxLen + 1L, 2L * out.length);
            out = Arrays.copyOf(out, Math.max(size, out.length + 1));
        }

        private void gzipMember() throws DirectoryException, DataFormatException {
            gzipHeader();
            int from = outLen;
            stream();
            need(GZIP_TRAILER_LEN);
            CRC32 crc = new CRC32();
            crc.update(out, from, outLen - from);
            if (littleEndian(at) != crc.getValue() || littleEndian(at + 4) != outLen - from) {
                throw fault("compressed body has a wrong checksum");
            }
            at += GZIP_TRAILER_LEN;
        }

        private void gzipHeader() throws DirectoryException {
            need(GZIP_HEADER_LEN);
            if (body[at] != 0x1f || (body[at + 1] & 0xff) != 0x8b || body[at + 2] != 8) {
                throw fault("not a gzip member");
            }
            int flags = body[at + 3] & 0xff;
            if ((flags & GZIP_RESERVED) != 0) {
                throw fault("gzip member of an unknown form");
            }
            at += GZIP_HEADER_LEN;
            if ((flags & GZIP_FEXTRA) != 0) {
                need(2);
                int length = (body[at] & 0xff) | (body[at + 1] & 0xff) << 8;
                at += 2;
                need(length);
                at += length;
            }
            if ((flags & GZIP_FNAME) != 0) {
                skipText();
            }
            if ((flags & GZIP_FCOMMENT) != 0) {
                skipText();
            }
            if ((flags & GZIP_FHCRC) != 0) {
                need(2);
                at += 2;
            }
        }

        private void skipText() throws DirectoryException {
            while (true) {
                need(1);
                if (body[at++] == 0) {
                    return;
                }
            }
        }

        private void need(int length) throws DirectoryException {
            if (body.length - at < length) {
                throw fault("compressed body is cut off");
            }
        }

        private long littleEndian(int from) {
            return (body[from] & 0xffL)
                    | (body[from + 1] & 0xffL) << 8
                    | (body[from + 2] & 0xffL) << 16
                    | (body[from + 3] & 0xffL) << 24;
        }
    }
}
