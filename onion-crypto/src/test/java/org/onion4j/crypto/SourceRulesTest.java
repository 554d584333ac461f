package org.onion4j.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that the compiler doesn't know, read off the sources of the module. */
class SourceRulesTest {
    private static final Path SOURCES = Path.of("src", "main", "java");

    @Test
    void imports_ofCiphersAndBouncyCastle_areInPrimitiveAlone() {
        assertThat(filesWith("javax\\.crypto|org\\.bouncycastle", file -> !file.startsWith(in("primitive"))))
                .containsOnlyOnce(SOURCES.resolve("module-info.java"))
                .hasSize(1);
    }

    @Test
    void providers_areNeitherNamedNorRegistered() {
        assertThat(filesWith("Security\\.(add|insert)|java\\.security\\.Provider|getInstance\\([^)]*,", file -> true))
                .isEmpty();
    }

    /** T10: what proves knowledge of a secret is compared by the constant-time helper. */
    @Test
    void t10_comparisonsOfArrays_areInTheHelperAlone() {
        List<Path> others = filesWith("Arrays\\.equals|MessageDigest\\.isEqual|Arrays\\.compare", file -> true);
        assertThat(others)
                .containsExactlyInAnyOrder(
                        in("bytes").resolve("Bytes.java"), // public values
                        in("bytes").resolve("SecretBytes.java"), // constant time too
                        in("random").resolve("SystemRandom.java")); // both are thrown away if equal
    }

    private static Path in(String room) {
        return SOURCES.resolve(Path.of("org", "onion4j", "crypto", room));
    }

    private static List<Path> filesWith(String regex, Predicate<Path> where) {
        Pattern pattern = Pattern.compile(regex);
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(where)
                    .filter(file -> pattern.matcher(read(file)).find())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
