package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files in which a client keeps its state, for tests that damage them. */
final class KeptFiles {
    private KeptFiles() {}

    /** All whose names contain that. */
    static List<Path> named(Path state, String part) throws IOException {
        try (Stream<Path> all = Files.walk(state)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains(part))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    /** Whether that is what was left of a file that could not be read. */
    static boolean isSetAside(Path file) {
        return file.getFileName().toString().contains("bad");
    }

    private static Path only(Path state, String part) throws IOException {
        List<Path> found = named(state, part);
        assertThat(found).as("files of %s", part).hasSize(1);
        return found.get(0);
    }

    /** The secret key of the one service. */
    static Path key(Path state) throws IOException {
        return only(state, "onion-key-");
    }

    /** What else is kept of the one service. */
    static Path service(Path state) throws IOException {
        return only(state, "onion-service-");
    }

    static byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    static void damage(Path file, UnaryOperator<byte[]> damage) throws IOException {
        Files.write(file, damage.apply(Files.readAllBytes(file)));
    }
}
