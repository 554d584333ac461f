package org.onion4j.api.internal.socks;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ServerSocketFactory;
import org.onion4j.api.ProxyException;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.SocksOptions;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.DaemonThreads;
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A SOCKS proxy on 127.0.0.1. Where the system is out of handles or threads, it waits a little and goes on.
 *
 * <p>Threading: one thread accepts; the connections' threads come from a pool of the server's and end with it. Any thread
 * may {@link #close}.
 */
final class SocksServer implements ProxyServer {
    private static final Logger log = LoggerFactory.getLogger(SocksServer.class);
    private static final int BACKLOG = 128;
    private static final int THREAD_IDLE_SECONDS = 10;
    private static final int BACK_OFF_MILLIS = 200;
    private static final Duration CLOSE_TIME = Duration.ofSeconds(5);
    private static final long WARNING_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final ServerSocket serverSocket;
    private final InetSocketAddress address;
    private final ClientRequests requests;
    private final Ticker ticker;
    private final SocksLimits limits;
    private final SocksOptions.Errors errors;
    private final SparingLog faults;
    private final Consumer<SocksServer> onClose;
    private final Semaphore free;
    private final Set<SocksConnection> connections = ConcurrentHashMap.newKeySet();
    private final DaemonThreads threads;
    private final ThreadPoolExecutor executor;
    private final Thread acceptor;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicLong nextWarningNanos;

    private SocksServer(
            ServerSocket serverSocket,
            ClientRequests requests,
            Ticker ticker,
            SocksLimits limits,
            SocksOptions.Errors errors,
            Consumer<SocksServer> onClose) {
        this.serverSocket = serverSocket;
        this.address = (InetSocketAddress) serverSocket.getLocalSocketAddress();
        this.requests = requests;
        this.ticker = ticker;
        this.faults = new SparingLog(log, ticker);
        this.limits = limits;
        this.errors = errors;
        this.onClose = onClose;
        this.free = new Semaphore(limits.connections());
        this.nextWarningNanos = new AtomicLong(ticker.read());
        this.threads = new DaemonThreads("onion4j-socks-" + address.getPort() + "-");
        this.executor = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE, // bounded by the connections, two for each
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads);
        this.acceptor = threads.newThread(this::acceptAll);
    }

    /**
     * Starts a proxy.
     *
     * @param port 1 to 65535, or 0 for any
     * @param sockets makes the one that listens
     * @param onClose told when it is closed
     * @throws ProxyException if it cannot listen there
     */
    static SocksServer open(
            int port,
            ServerSocketFactory sockets,
            ClientRequests requests,
            Ticker ticker,
            SocksLimits limits,
            SocksOptions.Errors errors,
            Consumer<SocksServer> onClose)
            throws ProxyException {
        InetSocketAddress wanted = new InetSocketAddress(loopback(), port);
        ServerSocket serverSocket = null;
        boolean started = false;
        try {
            serverSocket = sockets.createServerSocket();
            serverSocket.bind(wanted, BACKLOG);
            SocksServer server = new SocksServer(serverSocket, requests, ticker, limits, errors, onClose);
            server.acceptor.start();
            started = true;
            return server;
        } catch (IOException e) {
            throw new ProxyException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
        } finally {
            if (!started && serverSocket != null) {
                closeQuietly(serverSocket);
            }
        }
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    ClientRequests requests() {
        return requests;
    }

    Ticker ticker() {
        return ticker;
    }

    SocksOptions.Errors errors() {
        return errors;
    }

    SocksLimits limits() {
        return limits;
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void acceptAll() {
        try {
            while (!isClosing()) {
                free.acquire();
                if (!acceptOne()) {
                    free.release();
                    closing.await(BACK_OFF_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean acceptOne() {
        Socket socket;
        try {
            socket = serverSocket.accept();
        } catch (IOException e) {
            if (!isClosing()) {
                log.debug("cannot accept", e);
                faults.warn("a proxy cannot accept connections for now");
            }
            return false;
        }
        SocksConnection connection = new SocksConnection(socket, this);
        connections.add(connection);
        if (isClosing() || !start(connection)) {
            connections.remove(connection);
            connection.close();
            return false;
        }
        return true;
    }

    /** Runs a connection's part on a thread of its own. Returns false if there is none to be had. */
    boolean start(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        } catch (OutOfMemoryError e) { // what the JVM throws if the system has no thread left
            faults.warn("a proxy gets no thread for a connection");
            return false;
        }
    }

    /** A connection is over. */
    void ended(SocksConnection connection) {
        if (connections.remove(connection)) {
            free.release();
        }
    }

    /** A program gave an address where it could have given a name. */
    void noteAddressRequest() {
        long now = ticker.read();
        long next = nextWarningNanos.get();
        if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + WARNING_INTERVAL_NANOS)) {
            log.warn("a program gives the proxy addresses in place of names: it may look names up outside of the"
                    + " network, where others can see them");
        }
    }

    @Override
    public void close() {
        if (isClosing()) {
            return;
        }
        closing.countDown();
        closeQuietly(serverSocket);
        free.release(); // for an acceptor that waits for a connection to end
        executor.shutdown();
        for (SocksConnection connection : connections) {
            connection.close();
        }
        // The pool knows of threads that it is just about to start, too.
        boolean ended =
                Uninterruptibles.awaitTerminationUninterruptibly(executor, CLOSE_TIME.toNanos(), TimeUnit.NANOSECONDS);
        if (!ended || !threads.join(CLOSE_TIME)) {
            log.warn("a proxy's connections take long to end");
        }
        onClose.accept(this);
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing of it is left either way
        }
    }
}
