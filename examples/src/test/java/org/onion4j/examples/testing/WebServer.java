package org.onion4j.examples.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The web of a test network, on a port of 127.0.0.1: {@code /} is {@link #PAGE}, {@code /bytes/N} is N bytes of {@link Content}.
 *
 * <p>Threading: a thread per request in progress, all ended by {@link #close}.
 */
public final class WebServer implements AutoCloseable {
    /** The page at {@code /}. */
    public static final String PAGE = "Hello from behind the exit.\n";

    private static final String BYTES = "/bytes/";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(Leftovers.testThreads("web"));
    private final Set<Integer> peerPorts = new ConcurrentSkipListSet<>();

    private WebServer(HttpServer server) {
        this.server = server;
    }

    public static WebServer start() throws IOException {
        return start(InetAddress.getLoopbackAddress());
    }

    /** Starts it at one of this machine's addresses. */
    public static WebServer start(InetAddress address) throws IOException {
        WebServer web = new WebServer(HttpServer.create(new InetSocketAddress(address, 0), 0));
        web.server.createContext("/", web::serve);
        web.server.setExecutor(web.threads);
        web.server.start();
        return web;
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The address of a path by a name that only the network's exits know. */
    public String url(String path) {
        return "http://web.test:" + port() + path;
    }

    public static String bytesPath(long size) {
        return BYTES + size;
    }

    /** The ports from which requests came that are being answered now: an exit's side of its connections. */
    public Set<Integer> busyPeerPorts() {
        return Set.copyOf(peerPorts);
    }

    private void serve(HttpExchange exchange) throws IOException {
        int peerPort = exchange.getRemoteAddress().getPort();
        peerPorts.add(peerPort);
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.startsWith(BYTES)) {
                Content content = new Content(Long.parseLong(path.substring(BYTES.length())));
                exchange.sendResponseHeaders(200, content.size() == 0 ? -1 : content.size());
                try (OutputStream out = exchange.getResponseBody()) {
                    content.writeTo(out);
                }
            } else if (path.equals("/")) {
                byte[] page = PAGE.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        } finally {
            peerPorts.remove(peerPort);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
