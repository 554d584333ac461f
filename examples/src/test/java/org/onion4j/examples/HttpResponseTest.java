package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpResponseTest {
    private static HttpResponse read(String bytes) throws IOException {
        return HttpResponse.read(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String body(String bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long size = read(bytes).copyBody(out);
        assertThat(out.size()).isEqualTo((int) size);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void request_namesHostAndPath() throws CommandException {
        String request =
                new String(HttpResponse.request(WebAddress.parse("http://a.test:81/x?y")), StandardCharsets.US_ASCII);

        assertThat(request)
                .startsWith("GET /x?y HTTP/1.1\r\nHost: a.test:81\r\n")
                .endsWith("\r\n\r\n");
        assertThat(request).contains("\r\nConnection: close\r\n");
    }

    @Test
    void copyBody_takesEachFormOfBody() throws IOException {
        assertThat(body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloXXX")).isEqualTo("hello");
        assertThat(body("HTTP/1.0 200 OK\n\nto the end")).isEqualTo("to the end");
        assertThat(
                        body(
                                "HTTP/1.1 200\r\ntransfer-ENCODING: Chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n, my world\r\n0\r\nT: r\r\n\r\n"))
                .isEqualTo("hello, my world");
        assertThat(body("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")).isEmpty();
        assertThat(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))
                .isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void copyBody_cutShort_throwsEof(String bytes) {
        assertThatThrownBy(() -> body(bytes)).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 2\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n",
                "HTTP/1.1 999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n"
            })
    void read_malformed_throwsIoException(String bytes) {
        assertThatThrownBy(() -> body(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void read_endlessHead_throwsIoException() {
        assertThatThrownBy(() -> body("HTTP/1.1 200 " + "x".repeat(100_000)))
                .hasMessageContaining("more than 8192 bytes");
        assertThatThrownBy(() -> body("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(1000) + "\r\n"))
                .hasMessageContaining("more than 200 headers");
        assertThatThrownBy(() -> body("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)))
                .hasMessageContaining("interim answers only");
    }

    @Test
    void redirection_isTheLocationOfARedirectingStatusAlone() throws IOException {
        assertThat(read("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n").redirection())
                .contains("/x");
        assertThat(read("HTTP/1.1 302 Found\r\n\r\n").redirection()).isEmpty();
        assertThat(read("HTTP/1.1 200 OK\r\nLocation: /x\r\n\r\n").redirection())
                .isEmpty();
    }

    @Property(tries = 500)
    void read_anyBytesAfterAHead_giveABodyOrAnIoException(@ForAll byte[] bytes) {
        for (String head :
                new String[] {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
            String text = head + new String(bytes, StandardCharsets.ISO_8859_1);
            try {
                assertThat(body(text).length()).isLessThanOrEqualTo(text.length());
            } catch (IOException e) {
                assertThat(Failures.reason(e)).isNotEmpty();
            }
        }
    }
}
