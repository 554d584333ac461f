package org.onion4j.api.internal.service;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import org.onion4j.api.internal.ArrivingStream;
import org.onion4j.api.internal.ArrivingStream.Refusal;
import org.onion4j.api.internal.relay.SocketRelay;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A stream that is passed on to a server. It is accepted once the server has taken the connection. The network has no
 * half-close, so the stream ends when the server has sent all it had to send.
 *
 * <p>Threading: {@link #run} on a thread of its own, a second one joins for the other direction; {@link #close} on any.
 */
final class ForwardedStream implements Runnable {
    private static final int CONNECT_MILLIS = 30_000;
    private static final SocketRelay.Limits LIMITS = new SocketRelay.Limits(Duration.ZERO, Duration.ofSeconds(10));

    private final ArrivingStream arriving;
    private final InetSocketAddress target;
    private final ServiceStreams owner;
    private final Socket socket = new Socket(Proxy.NO_PROXY); // what comes from clients goes to the target alone
    private volatile Optional<SocketRelay> relay = Optional.empty();
    private volatile boolean closed;

    ForwardedStream(ArrivingStream arriving, InetSocketAddress target, ServiceStreams owner) {
        this.arriving = arriving;
        this.target = target;
        this.owner = owner;
    }

    @Override
    public void run() {
        boolean handedOver = false;
        try {
            handedOver = connect() && relay();
        } finally {
            if (!handedOver) {
                end();
            }
        }
    }

    private boolean connect() {
        try {
            socket.connect(target, CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return true;
        } catch (IOException e) {
            arriving.refuse(closed ? Refusal.OTHER : refusal(e));
            if (!closed) {
                owner.unreachable(arriving);
            }
            return false;
        }
    }

    private static Refusal refusal(IOException failure) {
        if (failure instanceof SocketTimeoutException) {
            return Refusal.TIMEOUT;
        } else if (failure instanceof NoRouteToHostException) {
            return Refusal.NO_ROUTE;
        }
        return failure instanceof ConnectException ? Refusal.CONNECTION_REFUSED : Refusal.OTHER;
    }

    /** Returns true if the relay's directions end this. */
    private boolean relay() {
        SocketRelay running = new SocketRelay(socket, owner.open(arriving), owner.scheduler(), LIMITS);
        relay = Optional.of(running);
        boolean started = !closed && owner.startForwarding(() -> down(running));
        if (!started) {
            running.close();
            return false;
        }
        if (running.up(Bytes.EMPTY)) {
            owner.ended(this);
        }
        return true;
    }

    private void down(SocketRelay running) {
        boolean over = true; // unless it says otherwise: nobody else gives the place back then
        try {
            over = running.down();
        } finally {
            if (over) {
                end();
            }
        }
    }

    private void end() {
        close();
        owner.ended(this);
    }

    /** Ends the stream and the connection at once. Again: no effect. */
    void close() {
        closed = true;
        relay.ifPresent(SocketRelay::close);
        try {
            socket.close();
        } catch (IOException e) {
            // nothing of it is left either way
        }
    }
}
