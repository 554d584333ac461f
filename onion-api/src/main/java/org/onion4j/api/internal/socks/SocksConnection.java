package org.onion4j.api.internal.socks;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.IpVersions;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions.EarlyData;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.Destination;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.StreamRequest;
import org.onion4j.api.internal.relay.SocketRelay;
import org.onion4j.api.internal.socks.SocksRequest.HostForm;
import org.onion4j.api.internal.socks.SocksRequest.Version;
import org.onion4j.crypto.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One program's connection to a proxy, from its first byte to its end.
 *
 * <p>Threading: {@link #run} on a thread of its own; a second one joins when the stream is open. {@link #close} on any.
 */
final class SocksConnection implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SocksConnection.class);
    /** How often a program that waits for its stream is looked after. */
    private static final int POLL_MILLIS = 500;

    private static final int DRAIN_MILLIS = 1000;

    private final Socket socket;
    private final SocksServer server;
    private final SocksDialogue dialogue = new SocksDialogue();
    private final long deadlineNanos;
    private volatile CompletableFuture<?> request;
    private volatile SocketRelay relay;
    private volatile boolean closed;

    /** Takes over the socket. */
    SocksConnection(Socket socket, SocksServer server) {
        this.socket = socket;
        this.server = server;
        this.deadlineNanos =
                server.ticker().read() + server.limits().handshake().toNanos();
    }

    @Override
    public void run() {
        boolean handedOver = false;
        try {
            socket.setTcpNoDelay(true);
            Optional<SocksRequest> asked = handshake();
            if (asked.isPresent()) {
                handedOver = serve(asked.get());
            }
        } catch (IOException e) {
            log.debug("a program's connection ended early: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!handedOver) {
                end();
            }
        }
    }

    private void end() {
        close();
        server.ended(this);
    }

    /** Ends the connection at once. */
    void close() {
        closed = true;
        CompletableFuture<?> waiting = request;
        if (waiting != null) {
            waiting.cancel(false);
        }
        SocketRelay running = relay;
        if (running != null) {
            running.close();
        }
        closeSocket();
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing of it is left either way
        }
    }

    /** The program's request; empty if there was none to serve, which has been answered then. */
    private Optional<SocksRequest> handshake() throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            SocksDialogue.Step step = dialogue.step();
            if (step instanceof SocksDialogue.Complete complete) {
                socket.setSoTimeout(0);
                return Optional.of(complete.request());
            } else if (step instanceof SocksDialogue.Reply reply) {
                send(reply.answer());
            } else if (step instanceof SocksDialogue.Refuse refuse) {
                answerAndClose(refuse.answer());
                return Optional.empty();
            } else {
                long left = TimeUnit.NANOSECONDS.toMillis(
                        deadlineNanos - server.ticker().read());
                socket.setSoTimeout((int) Math.max(1, left));
                if (left <= 0 || !dialogue.readFrom(in)) {
                    return Optional.empty();
                }
            }
        }
    }

    private void send(Bytes answer) throws IOException {
        socket.getOutputStream().write(answer.toArray());
    }

    /**
     * Gives the last answer, if there is one. Bytes left unread would reset the connection, and the answer with it, so the
     * program has a moment to close first.
     */
    private void answerAndClose(Bytes answer) throws IOException {
        if (answer.isEmpty()) {
            return;
        }
        send(answer);
        socket.shutdownOutput();
        long until = server.ticker().read() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        byte[] rest = new byte[1024];
        long left = DRAIN_MILLIS;
        while (left > 0) {
            socket.setSoTimeout((int) left);
            if (socket.getInputStream().read(rest) < 0) {
                return;
            }
            left = TimeUnit.NANOSECONDS.toMillis(until - server.ticker().read());
        }
    }

    /** Does what was asked for. Returns true if the connection lives on with its relay. */
    private boolean serve(SocksRequest asked) throws IOException, InterruptedException {
        try {
            checkForm(asked);
            switch (asked.command()) {
                case CONNECT -> {
                    return connect(asked);
                }
                case RESOLVE -> resolve(asked);
                case RESOLVE_PTR -> resolveReverse(asked);
            }
        } catch (OnionException e) {
            answerAndClose(SocksReplies.failed(asked.version(), e, server.errors()));
        }
        return false;
    }

    private void checkForm(SocksRequest asked) throws InvalidDestinationException {
        if (asked.hostForm() == HostForm.ADDRESS && asked.command() != SocksCommand.RESOLVE_PTR) {
            server.noteAddressRequest();
            if (server.limits().addresses() == SocksLimits.AddressRequests.REFUSED) {
                throw new InvalidDestinationException(
                        InvalidDestinationException.Reason.INTERNAL, "hosts must be given by name");
            }
        }
    }

    private boolean connect(SocksRequest asked) throws IOException, InterruptedException {
        ClientRequests requests = server.requests();
        Destination destination = requests.rules().forStream(asked.host(), asked.port());
        OnionStream stream = await(requests.openStream(request(asked, destination)), OnionStream::close);
        SocketRelay open = new SocketRelay(
                socket, stream, requests.engine().scheduler(), server.limits().relay());
        relay = open;
        boolean running = false;
        try {
            send(SocksReplies.granted(asked.version()));
            running = !closed && start(open);
        } finally {
            if (!running) {
                open.close();
            }
        }
        if (running && open.up(dialogue.takeEarlyData())) {
            server.ended(this);
        }
        return running;
    }

    private boolean start(SocketRelay open) {
        return server.start(() -> {
            if (open.down()) {
                server.ended(this);
            }
        });
    }

    private void resolve(SocksRequest asked) throws IOException, InterruptedException {
        ClientRequests requests = server.requests();
        Destination destination = requests.rules().forResolve(asked.host());
        ImmutableList<InetAddress> addresses = await(requests.resolve(request(asked, destination)), nothing -> {});
        answerAndClose(SocksReplies.resolved(asked.version(), addresses.get(0)));
    }

    private void resolveReverse(SocksRequest asked) throws IOException, InterruptedException {
        ClientRequests requests = server.requests();
        Destination destination = requests.rules().forReverse(InetAddresses.forString(asked.host()));
        String name = await(requests.resolveReverse(request(asked, destination)), nothing -> {});
        answerAndClose(SocksReplies.resolvedName(name));
    }

    private StreamRequest request(SocksRequest asked, Destination destination) {
        return new StreamRequest(
                destination,
                Optional.of(new Isolation(server, asked.user(), asked.password())),
                asked.version() == Version.SOCKS4 ? IpVersions.IPV4_ONLY : IpVersions.PREFER_IPV4,
                EarlyData.AFTER_CONNECT);
    }

    /** Which connections may share a circuit: those to one proxy with one user name and password. */
    private record Isolation(SocksServer server, Bytes user, Bytes password) {
        @Override
        public String toString() {
            return "Isolation";
        }
    }

    /** Waits for the client, and looks now and then whether the program still does. */
    private <T> T await(CompletableFuture<T> future, Consumer<T> discard) throws IOException, InterruptedException {
        request = future;
        boolean taken = false;
        try {
            while (!closed) {
                try {
                    T value = future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    taken = true;
                    return value;
                } catch (TimeoutException e) {
                    checkStillThere();
                }
            }
            throw new IOException("closed");
        } catch (ExecutionException e) {
            throw ClientRequests.cause(e);
        } finally {
            request = null;
            if (!taken) {
                future.cancel(false);
                Futures.whenSucceeded(future, discard);
            }
        }
    }

    /** A program that closed its side without sending anything for the far end has given up. */
    private void checkStillThere() throws IOException {
        if (!dialogue.hasRoom()) {
            return;
        }
        socket.setSoTimeout(1);
        try {
            if (!dialogue.readFrom(socket.getInputStream()) && !dialogue.hasEarlyData()) {
                throw new IOException("the program has given up");
            }
        } catch (SocketTimeoutException e) {
            // it waits
        } finally {
            socket.setSoTimeout(0);
        }
    }
}
