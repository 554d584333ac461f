package org.onion4j.circuit.channel;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plain socket below a channel's TLS, which can be closed at any time, even before it is there: it then is closed as
 * soon as it comes. Closing it ends whatever a thread waits for in connecting, reading or writing.
 *
 * <p>Threading: any thread; guarded by its own lock, under which no method of the socket is called.
 */
final class LinkSocket {
    private static final Logger log = LoggerFactory.getLogger(LinkSocket.class);

    private final ReentrantLock lock = new ReentrantLock();
    private Socket socket;
    private boolean closed;

    /** Takes the socket; one that it had before belongs to this one. */
    void set(Socket value) {
        boolean late;
        lock.lock();
        try {
            socket = value;
            late = closed;
        } finally {
            lock.unlock();
        }
        if (late) {
            close(value);
        }
    }

    /** Closes the socket, now or when it comes. Never blocks, never fails; again: no effect. */
    void close() {
        Socket current;
        lock.lock();
        try {
            closed = true;
            current = socket;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            close(current);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing a socket failed", e);
        }
    }
}
