package org.onion4j.examples;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.jar.JarFile;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;

/**
 * Goes through the beginning of a run, so that {@code examples/run} can keep the classes that it takes for later starts: arguments, all
 * classes of the library, and a client that connects by TLS to what it takes for a relay. That one is in this process, shows a
 * certificate whose key is no secret, and hangs up.
 */
final class Rehearsal {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final char[] PASSWORD = "rehearsal".toCharArray();
    private static final String SOME_DIGEST = "0123456789ABCDEF0123456789ABCDEF01234567";

    private Rehearsal() {}

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Main.run(Clock.systemUTC(), OutputStream.nullOutputStream(), nowhere, "fetch", "no URL");
        loadLibrary();
        try (SSLServerSocket relay = relay()) {
            Thread thread = new Thread(() -> hangUpOnAll(relay), "rehearsal");
            thread.setDaemon(true);
            thread.start();
            connect(relay.getLocalPort());
        }
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
        if (!file.endsWith(".class") || file.endsWith("-info.class")) {
            return;
        }
        String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
        try {
            Class.forName(name, false, Rehearsal.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It is loaded when it is needed, as without a rehearsal.
        }
    }

    private static SSLServerSocket relay() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Rehearsal.class.getResourceAsStream("rehearsal.p12")) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static void hangUpOnAll(SSLServerSocket relay) {
        while (!relay.isClosed()) {
            try (Socket client = relay.accept()) {
                int first = client.getInputStream().read(); // shakes hands first
                client.getOutputStream().write(first);
            } catch (IOException e) {
                // The next one, or the end.
            }
        }
    }

    private static void connect(int port) throws IOException {
        NetworkConfig network = NetworkConfig.ofTorrc("TestingTorNetwork 1\nDirAuthority rehearsal orport=" + port
                + " v3ident=" + SOME_DIGEST + " 127.0.0.1:1 " + SOME_DIGEST + "\n");
        try (OnionClient client =
                OnionClient.builder().network(network).bootstrapTimeout(LIMIT).build()) {
            client.openSocksProxy(0).close();
            client.bootstrap(progress -> {});
        } catch (OnionException e) {
            // As it must be: no such network.
        }
    }
}
