package org.onion4j.testnet.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.BatchedReading;
import org.onion4j.circuit.runtime.GatheredInput;

/**
 * The blocking end of a connection in memory, in the form that applications and the platform's TLS know. It behaves as a
 * TCP socket does: read timeouts, half-close, closing from another thread, reset by closing with a linger time of 0.
 * Timeouts are by the network's time. Options of the operating system are taken and mean nothing.
 *
 * <p>Threading: any thread; one reads and one writes at a time.
 */
@SuppressWarnings(
        "UnsynchronizedOverridesSynchronized") // the monitor of a thread that is blocked would hold up the one that
// closes
final class MemorySocket extends Socket implements BatchedReading {
    private static final int WRITE_BYTES = 32 * 1024;

    private final BlockedSockets blocked;
    private final InetSocketAddress local;
    private final Activity activity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    private volatile MemoryPipe in; // set together, by attach
    private volatile MemoryPipe out;
    private volatile InetSocketAddress remote;
    private volatile boolean closed;
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private volatile int timeoutMillis;
    private volatile boolean noDelay;
    private volatile int lingerSeconds = -1;
    private volatile Runnable beforeWait = () -> {};
    private volatile boolean readFrom;

    /**
     * A socket that is not connected before {@link #attach}.
     *
     * @param activity counts the threads that use it
     */
    MemorySocket(BlockedSockets blocked, InetSocketAddress local, Activity activity) {
        this.blocked = blocked;
        this.local = local;
        this.activity = activity;
    }

    /** Connects it. */
    void attach(MemoryPipe input, MemoryPipe output, InetSocketAddress peer) {
        input.onReadable(this::signal);
        output.onWritable(this::signal);
        boolean late;
        lock.lock();
        try {
            in = input;
            out = output;
            remote = peer;
            late = closed;
        } finally {
            lock.unlock();
        }
        if (late) {
            input.closeReader();
            output.end();
        }
    }

    /** Waits until it is closed, or for the time to pass. */
    void awaitClose(int millis) throws IOException {
        await(() -> false, millis);
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean beforeWait(Runnable task) {
        beforeWait = task;
        return readFrom;
    }

    /** Waits until the condition holds or the socket has been closed; false if the time has passed before. */
    private boolean await(BooleanSupplier condition, int millis) throws IOException {
        long deadline = millis <= 0 ? Long.MAX_VALUE : blocked.time().nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        Waiter waiter = new Waiter(condition, deadline);
        blocked.add(waiter);
        Activity.Span pause = activity.pause(waiter::canGoOn);
        lock.lock();
        try {
            while (!waiter.canGoOn()) {
                long left = deadline - blocked.time().nanos();
                if (left <= 0) {
                    return false;
                }
                if (deadline == Long.MAX_VALUE || blocked.time().isManual()) {
                    changed.await();
                } else {
                    long notWoken = changed.awaitNanos(left); // how much is left is asked of the network's time
                    assert notWoken <= left;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("Closed by interrupt");
        } finally {
            lock.unlock();
            pause.close();
            blocked.remove(waiter);
        }
    }

    private final class Waiter implements BlockedSockets.Blocked {
        private final BooleanSupplier condition;
        private final long deadline;

        Waiter(BooleanSupplier condition, long deadline) {
            this.condition = condition;
            this.deadline = deadline;
        }

        @Override
        public long deadlineNanos() {
            return deadline;
        }

        @Override
        public boolean canGoOn() {
            return closed || condition.getAsBoolean();
        }

        @Override
        public void wake() {
            signal();
        }
    }

    private void checkOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
        if (in == null) {
            throw new SocketException("Socket is not connected");
        }
    }

    private final class Input extends GatheredInput {
        @Override
        protected boolean isReadable() throws IOException {
            checkOpen();
            return !inputShut;
        }

        @Override
        protected int gather(byte[] buffer) throws IOException {
            readFrom = true;
            int read = in.read(buffer, 0, buffer.length);
            if (read > 0) {
                return read;
            }
            beforeWait.run();
            if (!await(() -> inputShut || in.state() != MemoryPipe.State.EMPTY, timeoutMillis)) {
                throw new SocketTimeoutException("Read timed out");
            }
            checkOpen();
            read = in.read(buffer, 0, buffer.length);
            if (read == 0 && in.state() == MemoryPipe.State.FAILED) {
                throw new SocketException(in.failure().getMessage());
            }
            return read;
        }

        @Override
        public int available() throws IOException {
            return isReadable() ? gathered() + in.size() : 0;
        }

        @Override
        public void close() throws IOException {
            MemorySocket.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int part = Math.min(WRITE_BYTES, length - done);
                writePart(Arrays.copyOfRange(bytes, offset + done, offset + done + part));
                done += part;
            }
        }

        private void writePart(byte[] chunk) throws IOException {
            while (true) {
                checkOpen();
                if (outputShut) {
                    throw new SocketException("Socket output is shutdown");
                }
                if (out.isReaderGone()) {
                    throw new SocketException("Broken pipe");
                }
                if (out.offer(chunk)) {
                    return;
                }
                await(() -> outputShut || !out.isFull(), 0);
            }
        }

        @Override
        public void close() throws IOException {
            MemorySocket.this.close();
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        checkOpen();
        if (inputShut) {
            throw new SocketException("Socket input is shutdown");
        }
        return input;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        checkOpen();
        if (outputShut) {
            throw new SocketException("Socket output is shutdown");
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        MemoryPipe oldIn;
        MemoryPipe oldOut;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            oldIn = in;
            oldOut = out;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        blocked.time().noteActivity();
        if (oldIn == null) {
            return;
        }
        if (lingerSeconds == 0) {
            SocketException cause = new SocketException("Connection reset");
            oldIn.fail(cause);
            oldOut.fail(cause);
        } else {
            oldOut.end();
            oldIn.closeReader();
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        checkOpen();
        inputShut = true;
        signal();
    }

    @Override
    public void shutdownOutput() throws IOException {
        checkOpen();
        outputShut = true;
        out.end();
        signal();
    }

    @Override
    public boolean isConnected() {
        return in != null;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShut;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        throw new SocketException("connections in memory are made by the net");
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        connect(endpoint);
    }

    @Override
    public void bind(SocketAddress bindpoint) throws IOException {
        throw new SocketException("already bound");
    }

    @Override
    public InetAddress getInetAddress() {
        InetSocketAddress peer = remote;
        return peer == null ? null : peer.getAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return local.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress peer = remote;
        return peer == null ? 0 : peer.getPort();
    }

    @Override
    public int getLocalPort() {
        return local.getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return remote;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return local;
    }

    @Override
    public SocketChannel getChannel() {
        return null;
    }

    @Override
    public void setSoTimeout(int millis) {
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void setSoLinger(boolean on, int linger) {
        lingerSeconds = on ? linger : -1;
    }

    @Override
    public int getSoLinger() {
        return lingerSeconds;
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        noDelay = on;
    }

    @Override
    public boolean getTcpNoDelay() {
        return noDelay;
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        throw new SocketException("Urgent data not supported");
    }

    @Override
    public void setOOBInline(boolean on) {}

    @Override
    public boolean getOOBInline() {
        return false;
    }

    @Override
    public void setSendBufferSize(int size) {}

    @Override
    public int getSendBufferSize() {
        return MemoryPipe.CAPACITY_BYTES;
    }

    @Override
    public void setReceiveBufferSize(int size) {}

    @Override
    public int getReceiveBufferSize() {
        return MemoryPipe.CAPACITY_BYTES;
    }

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public boolean getKeepAlive() {
        return false;
    }

    @Override
    public void setTrafficClass(int tc) {}

    @Override
    public int getTrafficClass() {
        return 0;
    }

    @Override
    public void setReuseAddress(boolean on) {}

    @Override
    public boolean getReuseAddress() {
        return false;
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException("no options of the operating system");
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException("no options of the operating system");
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

    @Override
    public String toString() {
        return "MemorySocket";
    }
}
