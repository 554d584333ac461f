package org.onion4j.api;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/**
 * A connection through the network: what is written comes out at the far end, and what the far end sends can be read.
 * Close it after use. Its streams throw {@link OnionException}s.
 *
 * <p>The network has no half-close: {@link #shutdownOutput} tells the far end nothing, it only lets this side forget about
 * writing while it reads on. The far end sees the end of the connection at {@link #close}.
 *
 * <p>Threading: one thread may read while another one writes; any may call the rest. A thread that is blocked in a read or
 * write ends with {@link StreamClosedException} when another closes the stream, with {@link ClientClosedException} when
 * the client is closed, and with {@link OperationInterruptedException} when it is interrupted.
 */
public interface OnionStream extends Closeable {
    /**
     * What the far end sends. Reads return what is there, waiting for the first byte alone; -1 after the far end has closed
     * the connection in good order. If it broke, all bytes that came before are read first, then a read throws. Closing
     * it closes the stream.
     */
    InputStream getInputStream();

    /**
     * Sends to the far end. A write returns when its bytes have been handed to the network, and blocks while the far end does
     * not take them; there is nothing to flush. Closing it closes the stream.
     */
    OutputStream getOutputStream();

    /**
     * How long a read may wait for the first byte before it throws {@link StreamTimeoutException}; zero for as long as
     * it takes, which is the default. Applies to reads that begin after the call.
     *
     * @throws IllegalArgumentException if it is negative, or longer than 365 days
     */
    void setReadTimeout(Duration timeout);

    /**
     * How long a write may wait for the far end to take the next part of it, some 500 bytes, before it throws {@link
     * StreamTimeoutException}; zero for as long as it takes, which is the default. How much of it has been sent is not known
     * then, so hardly anything but {@link #close} is of use. Applies to writes that begin after the call.
     *
     * @throws IllegalArgumentException if it is negative, or longer than 365 days
     */
    void setWriteTimeout(Duration timeout);

    /** Ends reading: further reads give -1, and what the far end sends is thrown away. Again: no effect. */
    void shutdownInput();

    /** Ends writing on this side: further writes fail with {@link StreamClosedException}. Again: no effect. */
    void shutdownOutput();

    /**
     * The stream in the form of a connected socket, for code that knows sockets, TLS for one. It knows no addresses, closing
     * it closes the stream, and its time-outs are the stream's. No socket of this machine is made.
     */
    default Socket asSocket() {
        return StreamSocket.of(this);
    }

    /** Whether the connection is up, as far as this side knows. */
    boolean isOpen();

    /** Ends the connection. What the far end has sent and nobody has read is lost. Does not block; again: no effect. */
    @Override
    void close();
}
