package org.onion4j.examples.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.OnionClient;
import org.onion4j.testnet.TestNetwork;

/**
 * The public API changes on purpose only: whoever changes it writes the dump anew with {@code -Donion4j.writeApi=true}, and the
 * difference is there for all to read.
 */
class PublicApiTest {
    /** The modules that applications import. */
    enum Module {
        API,
        TESTNET;

        Path dump() {
            return Path.of("..", this == API ? "onion-api" : "onion-testnet", "api.txt");
        }

        Class<?> entry() {
            return this == API ? OnionClient.class : TestNetwork.class;
        }
    }

    private static Path location(Module module) throws URISyntaxException {
        return Path.of(module.entry()
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @ParameterizedTest
    @EnumSource
    void publicApi_isTheOneWrittenDown(Module module) throws Exception {
        List<String> now = ApiDump.of(location(module));
        assertThat(now).anyMatch(line -> line.contains("class " + module.entry().getName()));
        if (Boolean.getBoolean("onion4j.writeApi")) {
            Files.write(module.dump(), now);
        }
        assertThat(String.join("\n", now))
                .as("the public API; -Donion4j.writeApi=true writes it to api.txt, if it was changed on purpose")
                .isEqualTo(String.join("\n", Files.readAllLines(module.dump())));
    }

    @ParameterizedTest
    @EnumSource
    void publicApi_namesNoTypeOfTheInside(Module module) throws Exception {
        String inside = "(crypto|circuit|directory|hs|api\\.internal|testnet\\.(?!junit\\.)[a-z]+)";
        assertThat(ApiDump.of(location(module)))
                .noneMatch(line -> line.matches(".*org\\.onion4j\\." + inside + "\\..*"));
    }
}
