package org.onion4j.directory.fetch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.SigningKey;

/**
 * A request for documents, in HTTP 1.0. Spec: dir-spec, "HTTP headers" and "General-use HTTP URLs".
 *
 * @param kind what is asked for
 * @param path what comes behind GET
 * @param headers lines without their ends
 * @param conditional whether the answer may be that nothing has changed
 */
record DirectoryRequest(DocumentKind kind, String path, ImmutableList<String> headers, boolean conditional) {
    /** The most microdescriptors in one request. */
    static final int MAX_MICRODESCRIPTORS = 500;

    /** The encodings that {@link ContentCoding} can undo. */
    private static final String ACCEPT_ENCODING = "Accept-Encoding: deflate, gzip, identity";

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int FINGERPRINT_CHARS = 6; // 3 bytes of each authority

    /**
     * The current consensus, if more than half of the authorities signed it.
     *
     * @param newerThan not one that is as old as this
     * @param diffBase the digest of one from which a diff would do, too
     */
    static DirectoryRequest consensus(
            Collection<RsaIdentity> authorities, Optional<Instant> newerThan, Optional<Bytes> diffBase) {
        List<String> prefixes = new ArrayList<>();
        for (RsaIdentity authority : authorities) {
            prefixes.add(upperHex(authority.value()).substring(0, FINGERPRINT_CHARS));
        }
        prefixes.sort(null);
        ImmutableList.Builder<String> headers = ImmutableList.builder();
        headers.add(ACCEPT_ENCODING);
        newerThan.ifPresent(time -> headers.add("If-Modified-Since: " + HTTP_DATE.format(time)));
        diffBase.ifPresent(digest -> headers.add("X-Or-Diff-From-Consensus: " + upperHex(digest)));
        return new DirectoryRequest(
                DocumentKind.CONSENSUS,
                "/tor/status-vote/current/consensus-microdesc/" + Joiner.on('+').join(prefixes) + ".z",
                headers.build(),
                newerThan.isPresent());
    }

    /** Certificates of signing keys. */
    static DirectoryRequest certificates(Collection<SigningKey> keys) {
        List<String> names = new ArrayList<>();
        for (SigningKey key : keys) {
            names.add(upperHex(key.identity().value()) + "-" + upperHex(key.digest()));
        }
        return plain(
                DocumentKind.CERTIFICATES, "/tor/keys/fp-sk/" + Joiner.on('+').join(names) + ".z");
    }

    /** Microdescriptors by their digests, one to {@link #MAX_MICRODESCRIPTORS}. */
    static DirectoryRequest microdescriptors(Collection<Bytes> digests) {
        checkArgument(
                !digests.isEmpty() && digests.size() <= MAX_MICRODESCRIPTORS, "%s microdescriptors", digests.size());
        List<String> names = new ArrayList<>();
        for (Bytes digest : digests) {
            names.add(BaseEncoding.base64().omitPadding().encode(digest.toArray()));
        }
        return plain(
                DocumentKind.MICRODESCRIPTORS, "/tor/micro/d/" + Joiner.on('-').join(names) + ".z");
    }

    /** The descriptor of an onion service; without word of encodings, like all that should say nothing of the client. */
    static DirectoryRequest onionDescriptor(Bytes blindedKey) {
        String name = BaseEncoding.base64().omitPadding().encode(blindedKey.toArray());
        return new DirectoryRequest(DocumentKind.ONION_DESCRIPTOR, "/tor/hs/3/" + name, ImmutableList.of(), false);
    }

    private static DirectoryRequest plain(DocumentKind kind, String path) {
        return new DirectoryRequest(kind, path, ImmutableList.of(ACCEPT_ENCODING), false);
    }

    /** The bytes to send to the directory at an address such as {@code 192.0.2.1:9001}. */
    byte[] encode(String host) {
        StringBuilder out = new StringBuilder("GET ").append(path).append(" HTTP/1.0\r\nHost: ");
        out.append(host).append("\r\n");
        for (String header : headers) {
            out.append(header).append("\r\n");
        }
        return out.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String upperHex(Bytes bytes) {
        return bytes.hex().toUpperCase(Locale.ROOT);
    }
}
