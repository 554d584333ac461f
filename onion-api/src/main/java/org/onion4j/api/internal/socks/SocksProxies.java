package org.onion4j.api.internal.socks;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ServerSocketFactory;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionException;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.SocksOptions;
import org.onion4j.api.internal.ClientRequests;

/** The proxies of one client. Any thread. */
public final class SocksProxies {
    private final ClientRequests requests;
    private final Ticker ticker;
    private final ServerSocketFactory sockets;
    private final Set<SocksServer> servers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public SocksProxies(ClientRequests requests, Ticker ticker) {
        this(requests, ticker, ServerSocketFactory.getDefault());
    }

    SocksProxies(ClientRequests requests, Ticker ticker, ServerSocketFactory sockets) {
        this.requests = requests;
        this.ticker = ticker;
        this.sockets = sockets;
    }

    /** Starts a proxy on a port of 127.0.0.1; 0 for any. */
    public ProxyServer open(int port, SocksOptions.Errors errors) throws OnionException {
        return open(port, SocksLimits.DEFAULT, errors);
    }

    SocksServer open(int port, SocksLimits limits) throws OnionException {
        return open(port, limits, SocksOptions.Errors.STANDARD);
    }

    private SocksServer open(int port, SocksLimits limits, SocksOptions.Errors errors) throws OnionException {
        checkArgument(port >= 0 && port <= 65535, "port %s", port);
        SocksServer server = SocksServer.open(port, sockets, requests, ticker, limits, errors, servers::remove);
        servers.add(server);
        if (closed) {
            server.close();
            throw new ClientClosedException("the client has been closed", null);
        }
        return server;
    }

    /** Closes all proxies; none can be started afterwards. */
    public void close() {
        closed = true;
        servers.forEach(SocksServer::close);
    }
}
