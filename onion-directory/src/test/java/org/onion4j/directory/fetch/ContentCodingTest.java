package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ContentCodingTest {
    private static final int LIMIT = 1 << 20;

    private static byte[] compress(ContentCoding coding, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater =
                coding == ContentCoding.GZIP ? new GZIPOutputStream(out) : new DeflaterOutputStream(out)) {
            deflater.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static byte[] text(int length) {
        Random random = new Random(length);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + random.nextInt(9));
        }
        return text;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static void assertRefused(ContentCoding coding, byte[] body, int maxLen) {
        assertThatThrownBy(() -> coding.decode(body, maxLen))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.outcome()).isEqualTo(FetchOutcome.BAD_ANSWER));
    }

    @ParameterizedTest
    @EnumSource(value = ContentCoding.class, names = "IDENTITY", mode = Mode.EXCLUDE)
    void decode_oneStreamOrMany_givesTheContent(ContentCoding coding) throws Exception {
        byte[] content = text(100_000);
        assertThat(coding.decode(compress(coding, content), LIMIT)).isEqualTo(content);
        assertThat(coding.decode(compress(coding, new byte[0]), LIMIT)).isEmpty();
        byte[] parts = join(
                compress(coding, Arrays.copyOf(content, 10)),
                compress(coding, new byte[0]),
                compress(coding, Arrays.copyOfRange(content, 10, content.length)));
        assertThat(coding.decode(parts, LIMIT)).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void decode_atTheLimit_fitsAndOneMoreDoesNot(ContentCoding coding) throws Exception {
        byte[] content = text(5000);
        byte[] body = coding == ContentCoding.IDENTITY ? content : compress(coding, content);
        assertThat(coding.decode(body, 5000)).isEqualTo(content);
        assertRefused(coding, body, 4999);
    }

    /** T28: one big bomb, many that are big together, and many that are small. */
    @ParameterizedTest
    @EnumSource(value = ContentCoding.class, names = "IDENTITY", mode = Mode.EXCLUDE)
    void t28_bombs_areRefused(ContentCoding coding) {
        assertRefused(coding, compress(coding, new byte[64 << 20]), LIMIT);
        byte[] half = compress(coding, new byte[LIMIT / 2 + 1]);
        assertRefused(coding, join(half, half), LIMIT);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        byte[] small = compress(coding, new byte[1]);
        for (int i = 0; i < 100_000; i++) {
            many.writeBytes(small);
        }
        assertRefused(coding, many.toByteArray(), LIMIT);
    }

    /** T29: cut at every byte, or followed by something. */
    @ParameterizedTest
    @EnumSource(value = ContentCoding.class, names = "IDENTITY", mode = Mode.EXCLUDE)
    void t29_cutOrFollowedByJunk_isRefused(ContentCoding coding) {
        byte[] body = compress(coding, text(20_000));
        for (int length = 0; length < body.length; length++) {
            assertRefused(coding, Arrays.copyOf(body, length), LIMIT);
        }
        assertRefused(coding, Arrays.copyOf(body, body.length + 1), LIMIT);
        assertRefused(coding, join(body, "junk".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), LIMIT);
        assertRefused(coding, join(body, Arrays.copyOf(body, 15)), LIMIT);
    }

    @ParameterizedTest
    @EnumSource(value = ContentCoding.class, names = "IDENTITY", mode = Mode.EXCLUDE)
    void decode_eachByteChanged_isRefusedOrTheSame(ContentCoding coding) throws Exception {
        byte[] content = text(300);
        byte[] body = compress(coding, content);
        for (int i = 0; i < body.length; i++) {
            byte[] changed = body.clone();
            changed[i] ^= 0x41;
            try {
                // gzip has fields that mean nothing to us: time and system
                assertThat(coding.decode(changed, LIMIT)).isEqualTo(content);
                assertThat(coding).isEqualTo(ContentCoding.GZIP);
                assertThat(i).isBetween(4, 9);
            } catch (DirectoryException e) {
                assertThat(e.outcome()).isEqualTo(FetchOutcome.BAD_ANSWER);
            }
        }
    }

    @Test
    void decode_gzipWithAllFields_works() throws Exception {
        byte[] content = text(1000);
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(content);
        deflater.finish();
        byte[] raw = new byte[2000];
        raw = Arrays.copyOf(raw, deflater.deflate(raw));
        deflater.end();
        CRC32 crc = new CRC32();
        crc.update(content);
        byte[] header = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 2, 0, 9, 9, 'n', 0, 'c', 'c', 0, 7, 7};
        long check = crc.getValue();
        byte[] trailer = new byte[8];
        for (int i = 0; i < 4; i++) {
            trailer[i] = (byte) (check >>> (8 * i));
            trailer[4 + i] = (byte) (content.length >>> (8 * i));
        }
        assertThat(ContentCoding.GZIP.decode(join(header, raw, trailer), LIMIT)).isEqualTo(content);
        for (int length = 0; length < header.length; length++) {
            assertRefused(ContentCoding.GZIP, Arrays.copyOf(header, length), LIMIT);
        }
        header[3] |= 0x20;
        assertRefused(ContentCoding.GZIP, join(header, raw, trailer), LIMIT);
    }

    @Test
    void decode_zlibWithDictionary_isRefused() {
        Deflater deflater = new Deflater();
        deflater.setDictionary(text(100));
        deflater.setInput(text(1000));
        deflater.finish();
        byte[] body = new byte[2000];
        int length = deflater.deflate(body);
        deflater.end();
        assertRefused(ContentCoding.DEFLATE, Arrays.copyOf(body, length), LIMIT);
    }

    @Test
    void decode_otherCodingThanStated_isRefused() {
        assertRefused(ContentCoding.GZIP, compress(ContentCoding.DEFLATE, text(100)), LIMIT);
        assertRefused(ContentCoding.DEFLATE, compress(ContentCoding.GZIP, text(100)), LIMIT);
        assertRefused(ContentCoding.DEFLATE, text(100), LIMIT);
    }

    @Test
    void ofName_unknown_isNone() {
        assertThat(ContentCoding.ofName("x-zstd")).isEmpty();
        assertThat(ContentCoding.ofName("")).isEmpty();
        assertThat(ContentCoding.ofName("deflate")).contains(ContentCoding.DEFLATE);
        assertThat(ContentCoding.ofName("identity")).contains(ContentCoding.IDENTITY);
    }
}
