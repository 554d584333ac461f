package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://a.test | false | a.test | 80 | / | a.test",
                "https://a.test/x/y?z=%20&w=1#part | true | a.test | 443 | /x/y?z=%20&w=1 | a.test",
                "HTTP://A.test:8080?q | false | A.test | 8080 | /?q | A.test:8080",
                "http://127.0.0.1:80/ | false | 127.0.0.1 | 80 | / | 127.0.0.1",
                "https://[2001:db8::1]:80/ | true | 2001:db8::1 | 80 | / | [2001:db8::1]:80",
                "http://a_b.test/x | false | a_b.test | 80 | /x | a_b.test",
                "https://_srv.a_b.test:8443 | true | _srv.a_b.test | 8443 | / | _srv.a_b.test:8443",
                "http://a.test:65535/ | false | a.test | 65535 | / | a.test:65535"
            })
    void parse_validUrl_saysWhereToConnectAndWhatToAskFor(
            String url, boolean tls, String host, int port, String target, String hostHeader) throws CommandException {
        WebAddress address = WebAddress.parse(url);

        assertThat(address).isEqualTo(new WebAddress(tls, host, port, target));
        assertThat(address.hostHeader()).isEqualTo(hostHeader);
        assertThat(WebAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.test",
                "//a.test/",
                "ftp://a.test/",
                "http:",
                "http://",
                "http:///x",
                "http://user@a.test/",
                "http://a.test:0/",
                "http://a.test:65536/",
                "http://a.test:-1/",
                "http://a.test:port/",
                "http://a test/",
                "http://a_b.test:x/",
                "http://user@a_b.test/",
                "http://a_b.test:65536/",
                "http://a.test:99999999999/",
                "http://a_b$c.test/",
                "http://a.test/\r\nX: y",
                "http://bücher.test/x y",
                "http://[::1/",
                "mailto:a@b.test"
            })
    void parse_invalidUrl_isABadArgument(String url) {
        assertThatThrownBy(() -> WebAddress.parse(url))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.BAD_ARGUMENTS))
                .hasMessageStartingWith("cannot fetch '" + url + "': ");
    }

    @Test
    void parse_endlessUrl_isABadArgument() {
        assertThatThrownBy(() -> WebAddress.parse("http://a.test/" + "x".repeat(10_000)))
                .isInstanceOf(CommandException.class)
                .hasMessage("the URL has more than 8192 characters");
    }

    @Test
    void resolve_takesRelativeAndAbsoluteLocations() throws CommandException {
        WebAddress base = WebAddress.parse("http://a.test:81/one/two?three");

        assertThat(base.resolve("four")).hasToString("http://a.test:81/one/four");
        assertThat(base.resolve("/five?six")).hasToString("http://a.test:81/five?six");
        assertThat(WebAddress.parse("http://a_b.test:81/one/two").resolve("four"))
                .hasToString("http://a_b.test:81/one/four");
        assertThat(base.resolve("https://b.test/")).hasToString("https://b.test/");
        assertThatThrownBy(() -> base.resolve("file:///etc/passwd")).isInstanceOf(CommandException.class);
        assertThatThrownBy(() -> base.resolve("a b")).isInstanceOf(CommandException.class);
    }
}
