package org.onion4j.api.internal.service;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.api.internal.ArrivingStream;

/** An accepted stream as an application sees it. Threading: like {@link OnionServiceStream}. */
final class ServedStream implements OnionServiceStream {
    private final ArrivingStream origin;
    private final OnionStream stream;

    private ServedStream(ArrivingStream origin, OnionStream stream) {
        this.origin = origin;
        this.stream = stream;
    }

    /** Accepts a stream. */
    static ServedStream accept(ArrivingStream origin) {
        return new ServedStream(origin, origin.accept());
    }

    /** Whose it is. */
    Object client() {
        return origin.client();
    }

    @Override
    public int port() {
        return origin.port();
    }

    @Override
    public void closeCircuit() {
        origin.closeCircuit();
    }

    @Override
    public InputStream getInputStream() {
        return stream.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() {
        return stream.getOutputStream();
    }

    @Override
    public void setReadTimeout(Duration timeout) {
        stream.setReadTimeout(timeout);
    }

    @Override
    public void setWriteTimeout(Duration timeout) {
        stream.setWriteTimeout(timeout);
    }

    @Override
    public void shutdownInput() {
        stream.shutdownInput();
    }

    @Override
    public void shutdownOutput() {
        stream.shutdownOutput();
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }

    @Override
    public void close() {
        stream.close();
    }
}
