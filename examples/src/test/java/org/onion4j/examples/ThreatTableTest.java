package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/threats.md} has all rows, and what it says of tests is so. */
class ThreatTableTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern CLASS_NAME = Pattern.compile("\\b[A-Z]\\w+Test\\b");

    /** The columns of each row that has an id, without the one before the first bar. */
    private static List<String[]> rows() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/threats.md")).stream()
                .filter(line -> line.matches("\\| T\\d\\d .*"))
                .map(line -> line.substring(1).split("\\|", -1))
                .collect(Collectors.toList());
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : (Iterable<Path>)
                    modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory)::iterator) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : (Iterable<Path>)
                            files.filter(path -> path.toString().endsWith("Test.java"))::iterator) {
                        String name = file.getFileName().toString();
                        sources.merge(
                                name.substring(0, name.length() - ".java".length()),
                                Files.readString(file),
                                String::concat); // modules may have one of the same name
                    }
                }
            }
        }
        return sources;
    }

    @Test
    void eachRowIsThereOnceAndInOrder() throws Exception {
        assertThat(rows().stream().map(columns -> columns[0].trim()))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 90)
                        .mapToObj(number -> String.format(Locale.ROOT, "T%02d", number))
                        .collect(Collectors.toList()));
    }

    @Test
    void eachRowHasTestsOrAReasonWhyNot() throws Exception {
        for (String[] columns : rows()) {
            assertThat(columns).as(columns[0]).hasSize(6);
            String left = columns[4].trim();
            assertThat(left).as(columns[0]).isNotEmpty();
            if (left.equals("-")) {
                assertThat(columns[2] + columns[3]).as(columns[0]).containsPattern(CLASS_NAME);
            }
        }
    }

    @Test
    void eachTestThatIsNamed_isThereAndHasTheId() throws Exception {
        Map<String, String> sources = testSources();
        for (String[] columns : rows()) {
            String id = columns[0].trim();
            Pattern mark = Pattern.compile("\\b" + id + "\\b|\\b" + id.toLowerCase(Locale.ROOT) + "_");
            Matcher names = CLASS_NAME.matcher(columns[2] + columns[3] + columns[4]);
            while (names.find()) {
                assertThat(sources).containsKey(names.group());
                assertThat(mark.matcher(sources.get(names.group())).find())
                        .as("%s names %s", id, names.group())
                        .isTrue();
            }
        }
    }
}
