package org.onion4j.circuit.channel;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.onion4j.crypto.random.RandomnessException;

/**
 * Makes the link of a channel: TCP, TLS, link handshake.
 *
 * <p>Threading: the channel's reader thread, which it blocks. Closing the {@link LinkSocket} ends it.
 */
final class LinkOpener {
    private final ChannelTarget target;
    private final ChannelEnvironment environment;
    private final LinkSocket socket;
    private final Runnable onSecondHandshake;

    /**
     * Prepares to open a link.
     *
     * @param socket is given the plain socket as soon as there is one
     * @param onSecondHandshake runs, on any thread, if the relay begins TLS anew on a link that it has already made
     */
    LinkOpener(ChannelTarget target, ChannelEnvironment environment, LinkSocket socket, Runnable onSecondHandshake) {
        this.target = target;
        this.environment = environment;
        this.socket = socket;
        this.onSecondHandshake = onSecondHandshake;
    }

    /** A link to a relay that has proven to be the one meant. */
    record OpenLink(Socket plain, SSLSocket tls, CellInput input, LinkProperties properties) {}

    OpenLink open() throws ChannelException {
        Socket plain = connect();
        SSLSocket tls = negotiateTls(plain);
        CellInput input;
        try {
            input = new CellInput(tls.getInputStream());
        } catch (IOException e) {
            throw new ChannelException(ChannelException.Kind.TLS, "no TLS with the relay", e);
        }
        return new OpenLink(plain, tls, input, LinkHandshake.run(input, tls, target, environment.clock()));
    }

    private Socket connect() throws ChannelException {
        try {
            int timeoutMillis = (int) environment.handshakeTimeout().toMillis();
            Socket plain = environment.connector().connect(target.address(), timeoutMillis, socket::set);
            socket.set(plain);
            return plain;
        } catch (IOException e) {
            if (lacksDescriptors(e)) {
                throw new ChannelException(ChannelException.Kind.LOCAL, "this process can open no more sockets", e);
            }
            throw new ChannelException(ChannelException.Kind.CONNECT, "no connection to the relay", e);
        }
    }

    /** Whether the operating system refused us a socket, in the words of POSIX. */
    private static boolean lacksDescriptors(IOException failure) {
        String message = failure instanceof SocketException ? failure.getMessage() : null;
        return message != null && message.toLowerCase(Locale.ROOT).contains("too many open files");
    }

    private SSLSocket negotiateTls(Socket plain) throws ChannelException {
        try {
            SSLSocket tls = TlsClient.wrap(plain, environment.random());
            tls.startHandshake();
            TlsClient.refuseRenegotiation(tls);
            tls.addHandshakeCompletedListener(event -> onSecondHandshake.run());
            return tls;
        } catch (RandomnessException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the platform's TLS may break at what a stranger sends
            throw new ChannelException(ChannelException.Kind.TLS, "no TLS with the relay", e);
        }
    }
}
