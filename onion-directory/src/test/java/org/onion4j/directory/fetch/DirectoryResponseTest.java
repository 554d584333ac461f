package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DeflaterOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.SigningKey;

class DirectoryResponseTest {
    private static final RsaIdentity AUTHORITY = FakeDirectories.identity("a");
    private static final DirectoryRequest CERTIFICATES =
            DirectoryRequest.certificates(ImmutableList.of(new SigningKey(AUTHORITY, AUTHORITY.value())));
    private static final DirectoryRequest CONDITIONAL = DirectoryRequest.consensus(
            ImmutableList.of(AUTHORITY), Optional.of(Instant.parse("2024-05-17T17:00:00Z")), Optional.empty());

    private static DirectoryResponse read(String answer, DirectoryRequest request)
            throws DirectoryException, IOException {
        return DirectoryResponse.read(
                new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1)),
                request,
                (count, bodyLen) -> {});
    }

    private static String lines(String bars) {
        return bars.replace("|", "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK||text",
                "HTTP/1.1 200||text",
                "HTTP/1.0 200 OK|Content-Length: 4||text",
                "HTTP/1.0 200 OK|content-length:4||text and more",
                "HTTP/1.0 200 OK|Content-Encoding: identity||text",
                "HTTP/1.0 200 OK|X-Your-Address-Is: 192.0.2.1|X-A: b|X-A: c||text",
                "HTTP/1.0 200 OK|Date: nonsense||text",
            })
    void read_goodAnswers_giveTheBody(String answer) throws Exception {
        DirectoryResponse response = read(lines(answer), CERTIFICATES);
        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), StandardCharsets.US_ASCII)).startsWith("text");
        assertThat(response.date()).isEmpty();
    }

    @Test
    void read_bareLineFeeds_areLineEnds() throws Exception {
        assertThat(read("HTTP/1.0 200 OK\nContent-Length: 1\n\nx", CERTIFICATES).body())
                .hasSize(1);
    }

    @Test
    void read_date_isTaken() throws Exception {
        DirectoryResponse response =
                read(lines("HTTP/1.0 404 Not found|Date: Fri, 17 May 2024 17:30:05 GMT||"), CERTIFICATES);
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).isEmpty();
        assertThat(response.date()).contains(Instant.parse("2024-05-17T17:30:05Z"));
    }

    @Test
    void read_notModified_onlyWhereAsked() throws Exception {
        String answer = lines("HTTP/1.0 304 Not modified||");
        assertThat(read(answer, CONDITIONAL).status()).isEqualTo(304);
        assertThatThrownBy(() -> read(answer, CERTIFICATES)).isInstanceOf(DirectoryException.class);
    }

    /** T30: none of these is an answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "|",
                "||",
                "HTTP",
                "HTTP/1.0 200 OK",
                "HTTP/1.0 200 OK|",
                "HTTP/1.0 200 OK||",
                "HTTP/1.0 200 OK|Content-Length: 0||",
                "HTTP/2 200 OK||text",
                "HTTP/1.0 2000 OK||text",
                "HTTP/1.0 20 OK||text",
                "HTTP/1.0 abc OK||text",
                "HTTP/1.0 099 OK||text",
                "HTTP/1.0  200 OK||text",
                "HTTP/1.0||text",
                "200 OK||text",
                "SSH-2.0-OpenSSH||text",
                "HTTP/1.0 200 OK|Content-Length: -1||text",
                "HTTP/1.0 200 OK|Content-Length: +4||text",
                "HTTP/1.0 200 OK|Content-Length: 0x4||text",
                "HTTP/1.0 200 OK|Content-Length:||text",
                "HTTP/1.0 200 OK|Content-Length: 4 4||text",
                "HTTP/1.0 200 OK|Content-Length: 5||text",
                "HTTP/1.0 200 OK|Content-Length: 1048577||text",
                "HTTP/1.0 200 OK|Content-Length: 2147483648||text",
                "HTTP/1.0 200 OK|Content-Length: 9223372036854775808||text",
                "HTTP/1.0 200 OK|Content-Length: 99999999999999999999999999||text",
                "HTTP/1.0 200 OK|Content-Length: 4|Content-Length: 4||text",
                "HTTP/1.0 200 OK|Content-Length: 4|content-length: 5||text",
                "HTTP/1.0 200 OK|Content-Encoding: deflate||text",
                "HTTP/1.0 200 OK|Content-Encoding: gzip||text",
                "HTTP/1.0 200 OK|Content-Encoding: x-zstd||text",
                "HTTP/1.0 200 OK|Content-Encoding: x-tor-lzma||text",
                "HTTP/1.0 200 OK|Content-Encoding: deflate, gzip||text",
                "HTTP/1.0 200 OK|Content-Encoding:||text",
                "HTTP/1.0 200 OK|Content-Encoding: identity|Content-Encoding: identity||text",
                "HTTP/1.0 200 OK|Transfer-Encoding: chunked||4|text|0||",
                "HTTP/1.0 200 OK|no colon||text",
                "HTTP/1.0 200 OK|: no name||text",
                "HTTP/1.0 200 OK|X-Long: a| folded||text",
                "HTTP/1.0 304 Not modified||",
            })
    void t30_hostileAnswers_areRefused(String answer) {
        assertThatThrownBy(() -> read(lines(answer), CERTIFICATES))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.outcome()).isEqualTo(FetchOutcome.BAD_ANSWER));
    }

    /** T30: a header without end is given up at 64 KiB, a body at the limit of its kind. */
    @Test
    void t30_endlessAnswers_areGivenUpAtTheirLimits() {
        assertThat(takenOf("HTTP/1.0 200 OK\r\nX-A: ")).isBetween(64L << 10, 84L << 10);
        assertThat(takenOf("HTTP/1.0 200 OK\r\nX-A: b\r\n")).isBetween(64L << 10, 84L << 10);
        assertThat(takenOf("HTTP/1.0 200 OK\r\n\r\n")).isBetween(1L << 20, (1L << 20) + (32 << 10));
        assertThat(takenOf("HTTP/1.0 404 Not found\r\n\r\n")).isLessThan(32 << 10);
    }

    /** How many bytes are taken off a stream that begins so and then goes on for ever. */
    private static long takenOf(String start) {
        AtomicLong taken = new AtomicLong();
        byte[] first = start.getBytes(StandardCharsets.US_ASCII);
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                int at = (int) taken.getAndIncrement();
                return at < first.length ? first[at] : 'x';
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = (byte) read();
                }
                return length;
            }
        };
        try {
            DirectoryResponse response = DirectoryResponse.read(endless, CERTIFICATES, (count, bodyLen) -> {});
            assertThat(response.status()).isEqualTo(404);
        } catch (DirectoryException e) {
            assertThat(e.outcome()).isEqualTo(FetchOutcome.BAD_ANSWER);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return taken.get();
    }

    @Test
    void read_compressed_isUndoneAndBounded() throws Exception {
        assertThat(DirectoryResponse.read(compressed(1000), CERTIFICATES, (count, bodyLen) -> {})
                        .body())
                .hasSize(1000);
        assertThatThrownBy(
                        () -> DirectoryResponse.read(compressed((1 << 20) + 1), CERTIFICATES, (count, bodyLen) -> {}))
                .isInstanceOf(DirectoryException.class);
    }

    private static InputStream compressed(int length) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes("HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream out = new DeflaterOutputStream(answer)) {
            out.write(new byte[length]);
        }
        return new ByteArrayInputStream(answer.toByteArray());
    }

    @Property(tries = 1000)
    void t30_anyBytes_giveAnAnswerOrTheException(@ForAll byte[] bytes) throws IOException {
        byte[] start = "HTTP/1.0 200 OK\r\nContent-".getBytes(StandardCharsets.US_ASCII);
        byte[] both = java.util.Arrays.copyOf(start, start.length + bytes.length);
        System.arraycopy(bytes, 0, both, start.length, bytes.length);
        for (byte[] answer : new byte[][] {bytes, both}) {
            try {
                assertThat(DirectoryResponse.read(new ByteArrayInputStream(answer), CONDITIONAL, (count, bodyLen) -> {})
                                .status())
                        .isBetween(100, 999);
            } catch (DirectoryException e) {
                assertThat(e.outcome()).isEqualTo(FetchOutcome.BAD_ANSWER);
            }
        }
    }

    @Test
    void encode_requests_haveTheFormsOfTheSpecification() {
        Bytes digest = Bytes.fromHex("ef04fa7228c8520e0a9d37774ddd82b53681e88932025b5089457102d3efdbbf");
        assertThat(new String(
                        DirectoryRequest.microdescriptors(ImmutableList.of(digest, digest))
                                .encode("192.0.2.1:9001"),
                        StandardCharsets.US_ASCII))
                .isEqualTo("GET /tor/micro/d/7wT6cijIUg4KnTd3Td2CtTaB6IkyAltQiUVxAtPv278"
                        + "-7wT6cijIUg4KnTd3Td2CtTaB6IkyAltQiUVxAtPv278.z HTTP/1.0\r\nHost: 192.0.2.1:9001\r\n"
                        + "Accept-Encoding: deflate, gzip, identity\r\n\r\n");
        DirectoryRequest consensus = DirectoryRequest.consensus(
                ImmutableList.of(
                        RsaIdentity.fromHex("ffee000000000000000000000000000000000000"),
                        RsaIdentity.fromHex("00aabb0000000000000000000000000000000000")),
                Optional.of(Instant.parse("2024-05-07T07:03:09Z")),
                Optional.of(digest));
        assertThat(consensus.path()).isEqualTo("/tor/status-vote/current/consensus-microdesc/00AABB+FFEE00.z");
        assertThat(consensus.headers())
                .containsExactly(
                        "Accept-Encoding: deflate, gzip, identity",
                        "If-Modified-Since: Tue, 07 May 2024 07:03:09 GMT",
                        "X-Or-Diff-From-Consensus: EF04FA7228C8520E0A9D37774DDD82B53681E88932025B5089457102D3EFDBBF");
        assertThat(consensus.conditional()).isTrue();
        assertThat(CERTIFICATES.path())
                .isEqualTo("/tor/keys/fp-sk/6100000000000000000000000000000000000000"
                        + "-6100000000000000000000000000000000000000.z");
        assertThatThrownBy(() -> DirectoryRequest.microdescriptors(ImmutableList.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
