package org.onion4j.hs.descriptor;

import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.Ed25519Certificate;

/** Writes the lines of a layer. Not for more than one thread. Spec: dir-spec, "Document meta-format". */
final class DescriptorText {
    private static final int LINE_CHARS = 64;

    private final StringBuilder text = new StringBuilder();

    /** Base64 with padding. */
    static String padded(Bytes value) {
        return BaseEncoding.base64().encode(value.toArray());
    }

    /** Base64 without. */
    static String unpadded(Bytes value) {
        return BaseEncoding.base64().omitPadding().encode(value.toArray());
    }

    @CanIgnoreReturnValue
    DescriptorText line(String keyword, Object... args) {
        text.append(keyword);
        for (Object arg : args) {
            text.append(' ').append(arg);
        }
        text.append('\n');
        return this;
    }

    @CanIgnoreReturnValue
    DescriptorText certificate(Ed25519Certificate certificate) {
        return object("ED25519 CERT", certificate.encode());
    }

    @CanIgnoreReturnValue
    DescriptorText object(String label, Bytes content) {
        text.append("-----BEGIN ").append(label).append("-----\n");
        text.append(BaseEncoding.base64().withSeparator("\n", LINE_CHARS).encode(content.toArray()));
        text.append("\n-----END ").append(label).append("-----\n");
        return this;
    }

    byte[] toBytes() {
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
