package org.onion4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/** One run of the command line inside this JVM: what it printed, and the exit status it would end with. */
record Ran(int status, List<String> out, List<String> err) {
    static Ran examples(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        int status = Main.run(Clock.systemUTC(), out, new PrintWriter(err, true), args);
        return new Ran(
                status,
                out.toString(StandardCharsets.UTF_8).lines().toList(),
                err.toString().lines().toList());
    }
}
