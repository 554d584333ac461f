package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ServerDescriptor;

/** What relays upload: server descriptors, each perhaps with its extra-info document. Static methods: any thread. */
final class DescriptorUpload {
    /** The longest text in bytes of an extra-info document. */
    static final int MAX_EXTRA_INFO_LEN = 50_000;

    private static final String EXTRA_INFO = "extra-info ";
    private static final String SIGNATURE = "\nrouter-signature\n";

    private DescriptorUpload() {}

    /**
     * Gives an authority what is in an upload. Extra-info documents are kept if an accepted descriptor names them.
     *
     * @return the verdict about the last descriptor
     * @throws DocumentException if a descriptor is faulty, or there is none
     */
    static Authority.Verdict take(byte[] upload, Authority authority, Instant now) throws DocumentException {
        String text = new String(upload, StandardCharsets.ISO_8859_1);
        int extraAt = text.startsWith(EXTRA_INFO) ? 0 : text.indexOf("\n" + EXTRA_INFO) + 1;
        boolean hasExtra = extraAt > 0 || text.startsWith(EXTRA_INFO);
        String first = hasExtra ? text.substring(0, extraAt) : text;
        ImmutableList<ServerDescriptor> descriptors = ServerDescriptor.parseAll(DocumentText.bytes(first));
        if (descriptors.isEmpty()) {
            throw new DocumentException("no server descriptor");
        }
        Authority.Verdict verdict = Authority.Verdict.REJECTED;
        for (ServerDescriptor descriptor : descriptors) {
            verdict = authority.submit(descriptor, now);
            if (verdict == Authority.Verdict.ACCEPTED && hasExtra) {
                keepExtraInfo(descriptor, text.substring(extraAt), authority);
            }
        }
        return verdict;
    }

    private static void keepExtraInfo(ServerDescriptor descriptor, String extra, Authority authority) {
        int end = extra.indexOf(SIGNATURE);
        if (end < 0
                || extra.length() > MAX_EXTRA_INFO_LEN
                || !descriptor.extraInfoDigest().isPresent()) {
            return;
        }
        Bytes digest = Digests.sha1(DocumentText.bytes(extra.substring(0, end + SIGNATURE.length())));
        if (digest.equals(descriptor.extraInfoDigest().get())) {
            authority.keepExtraInfo(descriptor.keys().identity(), digest, Bytes.copyOf(DocumentText.bytes(extra)));
        }
    }
}
