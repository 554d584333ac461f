package org.onion4j.examples;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.jar.JarFile;
import org.onion4j.api.OnionClient;
import org.onion4j.testnet.TestNetwork;

/**
 * Goes through what runs do, so that {@code examples/run} can keep the classes that they take for later starts: arguments, all classes
 * of the library, the demo, and a client that joins a network over sockets, one of this process.
 */
final class Rehearsal {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Rehearsal() {}

    public static void main(String[] args) throws IOException {
        run("fetch", "no URL");
        loadLibrary();
        run("demo");
        try (TestNetwork network =
                        TestNetwork.builder().loopback().relays(2).exits(1).build();
                OnionClient client = OnionClient.builder()
                        .network(network.config())
                        .bootstrapTimeout(LIMIT)
                        .build()) {
            client.openSocksProxy(0).close();
            client.bootstrap(progress -> {});
        }
    }

    private static void run(String... args) {
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Main.run(Clock.systemUTC(), OutputStream.nullOutputStream(), nowhere, args);
    }

    private static void loadLibrary() throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            String name = new File(entry).getName();
            if (name.startsWith("onion-") && name.endsWith(".jar")) {
                try (JarFile jar = new JarFile(entry)) {
                    jar.stream().forEach(file -> load(file.getName()));
                }
            }
        }
    }

    private static void load(String file) {
        if (!file.endsWith(".class") || file.endsWith("module-info.class")) {
            return;
        }
        String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
        try {
            Class.forName(name, false, Rehearsal.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It is loaded when it is needed, as without a rehearsal. (The JUnit extension never is.)
        }
    }
}
