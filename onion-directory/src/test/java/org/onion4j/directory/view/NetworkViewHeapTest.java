package org.onion4j.directory.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.doc.RealConsensus;

/** A view of the whole public network fits a phone. */
class NetworkViewHeapTest {
    private static final long LIMIT_BYTES = 24L << 20;

    @Test
    void heap_ofTheRealConsensus_isWithinTheLimit() throws Exception {
        Path shared = RealConsensus.required();
        Process process = new ProcessBuilder(
                        Paths.get(System.getProperty("java.home"), "bin", "java")
                                .toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Donion4j.shared=" + shared,
                        "-cp",
                        System.getProperty("java.class.path", "") + File.pathSeparator,
                        NetworkViewHeap.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        Matcher figures = Pattern.compile("relays=(\\d+) heap=(\\d+)").matcher(output);
        assertThat(figures.find()).as(output).isTrue();
        assertThat(figures.group(1)).isEqualTo("7195");
        assertThat(Long.parseLong(figures.group(2))).isBetween(1L << 20, LIMIT_BYTES);
    }
}
