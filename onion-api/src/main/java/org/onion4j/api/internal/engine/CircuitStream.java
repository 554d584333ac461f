package org.onion4j.api.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.OperationInterruptedException;
import org.onion4j.api.StreamClosedException;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;

/** A circuit's stream as an application sees it. Threading: like {@link OnionStream}. */
final class CircuitStream implements OnionStream {
    private static final Duration MAX_TIMEOUT = Duration.ofDays(365);

    private final DataStream stream;
    private final BooleanSupplier clientClosed;
    private final FarEnd farEnd;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    private volatile boolean outputShut;

    /** @param clientClosed whether the client has been closed, which is then what ended the stream's circuit */
    CircuitStream(DataStream stream, BooleanSupplier clientClosed) {
        this(stream, clientClosed, FarEnd.SERVER);
    }

    private CircuitStream(DataStream stream, BooleanSupplier clientClosed, FarEnd farEnd) {
        this.stream = stream;
        this.clientClosed = clientClosed;
        this.farEnd = farEnd;
    }

    /** A stream that a client has opened to a service of ours. */
    static CircuitStream ofClient(DataStream stream, BooleanSupplier clientClosed) {
        return new CircuitStream(stream, clientClosed, FarEnd.CLIENT);
    }

    /** Who ends a stream, and what it says by that. */
    private enum FarEnd {
        /** It says why. */
        SERVER,
        /** It never says why: whatever it ends a stream with is its end. Spec: tor-spec, "Closing streams". */
        CLIENT
    }

    private boolean isOrderlyEnd(IOException failure) {
        return farEnd == FarEnd.CLIENT
                && failure instanceof StreamException end
                && end.kind() == StreamException.Kind.ENDED;
    }

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() {
        return output;
    }

    @Override
    public void setReadTimeout(Duration timeout) {
        stream.setReadTimeoutNanos(nanos(timeout));
    }

    @Override
    public void setWriteTimeout(Duration timeout) {
        stream.setWriteTimeoutNanos(nanos(timeout));
    }

    private static long nanos(Duration timeout) {
        if (timeout.isNegative() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("a timeout of " + timeout);
        }
        return timeout.toNanos();
    }

    @Override
    public void shutdownInput() {
        stream.shutdownInput();
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }

    @Override
    public void close() {
        stream.close();
    }

    /** What reading or writing failed with, as the API says it. */
    private OnionException translate(IOException failure) {
        if (failure instanceof InterruptedIOException) {
            return new OperationInterruptedException("interrupted", failure);
        }
        OnionException translated = Errors.whileOpen(failure);
        return translated instanceof CircuitClosedException && clientClosed.getAsBoolean()
                ? new ClientClosedException("the client has been closed", failure)
                : translated;
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (offset < 0 || length < 0 || length > target.length - offset) {
                throw new IndexOutOfBoundsException();
            }
            try {
                return stream.read(target, offset, length);
            } catch (IOException e) {
                if (isOrderlyEnd(e)) {
                    return -1;
                }
                throw translate(e);
            }
        }

        @Override
        public int available() {
            return stream.available();
        }

        @Override
        public void close() {
            CircuitStream.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (offset < 0 || length < 0 || length > source.length - offset) {
                throw new IndexOutOfBoundsException();
            }
            if (outputShut) {
                throw new StreamClosedException("the output has been shut", Optional.empty(), null);
            }
            try {
                stream.write(source, offset, length);
            } catch (IOException e) {
                throw translate(e);
            }
        }

        @Override
        public void close() {
            CircuitStream.this.close();
        }
    }
}
