package org.onion4j.examples.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;

/**
 * The public API changes on purpose only: whoever changes it writes the dump anew with {@code -Donion4j.writeApi=true}, and the
 * difference is there for all to read.
 */
class PublicApiTest {
    private static final Path DUMP = Path.of("..", "onion-api", "api.txt");

    static Path onionApi() throws URISyntaxException {
        return Path.of(OnionClient.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @Test
    void publicApi_isTheOneWrittenDown() throws Exception {
        List<String> now = ApiDump.of(onionApi());
        assertThat(now).anyMatch(line -> line.contains("class org.onion4j.api.OnionClient"));
        if (Boolean.getBoolean("onion4j.writeApi")) {
            Files.write(DUMP, now);
        }
        assertThat(String.join("\n", now))
                .as(
                        "the public API; -Donion4j.writeApi=true writes it to onion-api/api.txt, if it was changed on purpose")
                .isEqualTo(String.join("\n", Files.readAllLines(DUMP)));
    }

    @Test
    void publicApi_namesNoTypeOfTheInside() throws Exception {
        assertThat(ApiDump.of(onionApi()))
                .noneMatch(line -> line.matches(".*org\\.onion4j\\.(crypto|circuit|directory|hs|api\\.internal)\\..*"));
    }
}
