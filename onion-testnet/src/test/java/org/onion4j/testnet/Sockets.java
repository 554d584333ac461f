package org.onion4j.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Asks the operating system for this process's sockets. */
final class Sockets {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Sockets() {}

    /** How many Internet sockets are open; 0 where nobody can tell. */
    static long open() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        String all = "";
        for (String table : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
            Path file = Path.of("/proc/self/net", table);
            all += Files.exists(file) ? Files.readString(file) : "";
        }
        String internet = all;
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors
                    .map(Sockets::inode)
                    .filter(inode -> !inode.isEmpty() && internet.contains(" " + inode + " "))
                    .count();
        }
    }

    /** The inode of a descriptor's socket; empty for what is none, or gone by now. */
    private static String inode(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[") ? target.substring(8, target.length() - 1) : "";
        } catch (IOException gone) {
            return "";
        }
    }
}
