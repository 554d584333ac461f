package org.onion4j.examples;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of the commands whose client may keep its state from one run to the next. */
final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "where to keep what the client learns (default: nowhere)")
    private Path directory;

    /** The directory, or null where the client is to keep nothing. */
    Path directory() {
        return directory;
    }
}
