package org.onion4j.api.internal.socks;

import com.google.common.io.ByteStreams;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import org.onion4j.crypto.bytes.Bytes;

/** A program that uses the proxy: a plain socket that speaks in bytes. */
final class SocksProgram implements Closeable {
    private final Socket socket = new Socket(Proxy.NO_PROXY);

    SocksProgram(InetSocketAddress proxy) throws IOException {
        socket.connect(proxy);
        socket.setTcpNoDelay(true);
    }

    Socket socket() {
        return socket;
    }

    SocksProgram send(String hex) throws IOException {
        return send(Bytes.fromHex(hex).toArray());
    }

    SocksProgram send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Exactly so many bytes. */
    byte[] receive(int count) throws IOException {
        byte[] bytes = new byte[count];
        new DataInputStream(socket.getInputStream()).readFully(bytes);
        return bytes;
    }

    String receiveHex(int count) throws IOException {
        return Bytes.copyOf(receive(count)).hex();
    }

    /** All bytes up to the end. */
    byte[] receiveAll() throws IOException {
        return ByteStreams.toByteArray(socket.getInputStream());
    }

    String receiveAllHex() throws IOException {
        return Bytes.copyOf(receiveAll()).hex();
    }

    void stopSending() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
