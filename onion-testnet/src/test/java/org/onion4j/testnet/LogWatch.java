package org.onion4j.testnet;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps what is logged, at INFO and above as this module's tests are configured. One thread starts and closes it. */
public final class LogWatch implements AutoCloseable {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private PrintStream before;

    /** From now on. */
    public void start() {
        before = System.err;
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    }

    /** The lines in which one of the words is. */
    public List<String> linesWith(Stream<String> words) {
        List<String> all = words.collect(Collectors.toList());
        return text.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> all.stream().anyMatch(line::contains))
                .collect(Collectors.toList());
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
