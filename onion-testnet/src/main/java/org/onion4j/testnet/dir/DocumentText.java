package org.onion4j.testnet.dir;

import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.onion4j.crypto.bytes.Bytes;

/** Writes the items of a document. Spec: dir-spec, "Document meta-format". Not for more than one thread. */
final class DocumentText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int OBJECT_LINE_LEN = 64;

    private final StringBuilder out = new StringBuilder();

    /** A line of words with a space between any two; words that are empty are left out. */
    @CanIgnoreReturnValue
    DocumentText line(Object keyword, Object... words) {
        out.append(keyword);
        for (Object word : words) {
            String text = word.toString();
            if (!text.isEmpty()) {
                out.append(' ').append(text);
            }
        }
        out.append('\n');
        return this;
    }

    /** A line whose keyword is followed by a space even where nothing else is, as C tor writes some. */
    @CanIgnoreReturnValue
    DocumentText spacedLine(String keyword, String rest) {
        out.append(keyword).append(' ').append(rest).append('\n');
        return this;
    }

    /** Text as it is. */
    @CanIgnoreReturnValue
    DocumentText raw(String text) {
        out.append(text);
        return this;
    }

    @CanIgnoreReturnValue
    DocumentText object(String label, Bytes content) {
        String base64 = BaseEncoding.base64().encode(content.toArray());
        out.append("-----BEGIN ").append(label).append("-----\n");
        for (int at = 0; at < base64.length(); at += OBJECT_LINE_LEN) {
            out.append(base64, at, Math.min(base64.length(), at + OBJECT_LINE_LEN))
                    .append('\n');
        }
        out.append("-----END ").append(label).append("-----\n");
        return this;
    }

    /** What has been written so far, a byte for each character. */
    byte[] bytes() {
        return bytes(out.toString());
    }

    @Override
    public String toString() {
        return out.toString();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A time as documents write it. */
    static String time(Instant instant) {
        return TIME.format(instant);
    }

    static String base64(Bytes bytes) {
        return BaseEncoding.base64().omitPadding().encode(bytes.toArray());
    }

    static String upperHex(Bytes bytes) {
        return BaseEncoding.base16().encode(bytes.toArray());
    }
}
