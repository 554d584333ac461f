package org.onion4j.testnet.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's example of an application's test is the very one that runs here. */
class ReadmeTest {
    private static final String BEGIN = "// README: begin\n";
    private static final String END = "// README: end\n";

    @ParameterizedTest
    @ValueSource(strings = {"ShopClientTest", "HostingTest"})
    void readme_showsTheTestThatRuns(String test) throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/onion4j/testnet/readme", test + ".java"));
        int end = source.lastIndexOf('\n', source.indexOf(END)) + 1;
        String shown = source.substring(source.indexOf(BEGIN) + BEGIN.length(), end);

        assertThat(Files.readString(Path.of("..", "README.md"))).contains("```java\n" + shown + "```\n");
    }
}
