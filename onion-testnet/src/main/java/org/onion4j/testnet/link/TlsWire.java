package org.onion4j.testnet.link;

import java.io.IOException;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsProtocol;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/** TLS over a wire. Threading: the wire's loop. */
final class TlsWire implements WireListener {
    private static final int BUFFER_BYTES = 32 * 1024;

    /** Hears what happens, on the wire's loop. */
    interface Listener {
        /** The TLS handshake is done. */
        void onSecured();

        /** Bytes have arrived; the array is the wire's again after this call. */
        void onPlain(byte[] bytes, int offset, int length);

        /** All that was written has gone to the peer. */
        void onDrained();

        /** The end, once, unless this side has closed it; null if the peer has closed in order. */
        void onClosed(Throwable causeOrNull);
    }

    /** The beginning of a handshake. */
    interface Begin {
        void run() throws IOException;
    }

    private final Wire wire;
    private final TlsProtocol protocol;
    private final Listener listener;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private KeyExporter exporter; // set by the end of the handshake
    private Bytes peerCertificate;
    private boolean secured;
    private boolean closed;

    TlsWire(Wire wire, TlsProtocol protocol, Listener listener) {
        this.wire = wire;
        this.protocol = protocol;
        this.listener = listener;
    }

    void begin(Begin handshake) {
        try {
            handshake.run();
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        sendOutput();
        wire.start(this);
    }

    void onPeerCertificate(Bytes der) {
        peerCertificate = der;
    }

    void onHandshakeComplete(TlsContext context) throws IOException {
        exporter = new KeyExporter(context, AuthenticationBody.EXPORTER_LABEL);
    }

    /** The certificate that the server showed, DER; null on the server's side. */
    Bytes peerCertificate() {
        return peerCertificate;
    }

    /** Key material bound to this connection; there is none before it is secured. */
    KeyExporter exporter() {
        return exporter;
    }

    @Override
    public void onBytes(byte[] bytes, int offset, int length) {
        if (closed) {
            return;
        }
        Exception failure = null;
        try {
            protocol.offerInput(bytes, offset, length);
        } catch (IOException | RuntimeException e) { // a stranger's bytes: whatever they break, it is this link alone
            failure = e;
        }
        sendOutput();
        if (!secured && exporter != null) {
            secured = true;
            listener.onSecured();
        }
        deliver();
        if (closed) {
            return;
        }
        if (failure != null) {
            fail(failure);
        } else if (protocol.isClosed()) {
            closed = true;
            wire.close();
            listener.onClosed(null);
        }
    }

    private void deliver() {
        while (!closed && protocol.getAvailableInputBytes() > 0) {
            int read = protocol.readInput(buffer, 0, buffer.length);
            listener.onPlain(buffer, 0, read);
        }
    }

    private void sendOutput() {
        byte[] output = null;
        while (!closed && protocol.getAvailableOutputBytes() > 0) {
            if (output == null) {
                output = new byte[Math.min(BUFFER_BYTES, protocol.getAvailableOutputBytes())];
            }
            wire.write(output, 0, protocol.readOutput(output, 0, output.length));
        }
    }

    private void fail(Exception cause) {
        if (closed) {
            return;
        }
        sendOutput(); // perhaps an alert
        closed = true;
        wire.close();
        listener.onClosed(new LinkException("TLS failed", cause));
    }

    @Override
    public void onDrained() {
        if (!closed && secured) {
            listener.onDrained();
        }
    }

    @Override
    public void onClosed(Throwable causeOrNull) {
        if (!closed) {
            closed = true;
            wire.close();
            listener.onClosed(
                    causeOrNull == null && !secured
                            ? new LinkException("the peer closed the connection during the TLS handshake")
                            : causeOrNull);
        }
    }

    /** Sends bytes; dropped if it has been closed. */
    void write(byte[] bytes, int offset, int length) {
        if (closed || length == 0) {
            return;
        }
        try {
            protocol.writeApplicationData(bytes, offset, length);
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        sendOutput();
    }

    int queuedBytes() {
        return wire.queuedBytes();
    }

    void pause() {
        wire.pause();
    }

    void resume() {
        wire.resume();
    }

    /** Says goodbye and closes, after what has been written. The listener hears nothing any more. */
    void close() {
        if (closed) {
            return;
        }
        try {
            protocol.close();
        } catch (IOException | RuntimeException e) {
            // nothing can be said to the peer any more
        }
        sendOutput();
        closed = true;
        wire.close();
    }

    /** Closes abruptly. The listener hears nothing any more. */
    void reset() {
        closed = true;
        wire.reset();
    }
}
