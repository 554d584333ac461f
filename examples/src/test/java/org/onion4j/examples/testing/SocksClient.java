package org.onion4j.examples.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The other side of a SOCKS5 proxy, written here so that no resolver or library has a hand in it. Spec: RFC 1928 and 1929. */
public final class SocksClient {
    private static final int VERSION = 5;
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int CONNECT = 1;
    private static final int DOMAIN_NAME = 3;
    private static final Duration READ_LIMIT = Duration.ofMinutes(3);

    /** The proxy refused; the code is the one of its reply. */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int code;

        RefusedException(int code) {
            super("SOCKS reply " + code);
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    private SocksClient() {}

    /** Connects to a name without giving a user. */
    public static Socket connect(int proxyPort, String host, int port) throws IOException {
        return connect(proxyPort, "", host, port);
    }

    /** Connects to a name; streams of different users share no circuit. An empty user is none. */
    public static Socket connect(int proxyPort, String user, String host, int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
        try {
            socket.setSoTimeout((int) READ_LIMIT.toMillis());
            shakeHands(socket, user, host, port);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void shakeHands(Socket socket, String user, String host, int port) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int method = user.isEmpty() ? NO_AUTHENTICATION : USER_AND_PASSWORD;
        out.write(new byte[] {VERSION, 1, (byte) method});
        expect(VERSION, in.read());
        expect(method, in.read());
        if (method == USER_AND_PASSWORD) {
            out.write(1);
            writeShortText(out, user);
            writeShortText(out, "password");
            expect(1, in.read());
            expect(0, in.read());
        }
        out.write(new byte[] {VERSION, CONNECT, 0, DOMAIN_NAME});
        writeShortText(out, host);
        out.writeShort(port);
        expect(VERSION, in.read());
        int reply = in.read();
        if (reply != 0) {
            throw new RefusedException(reply);
        }
        in.readByte();
        int addressLength = switch (in.readByte()) {
            case 1 -> 4;
            case 4 -> 16;
            case DOMAIN_NAME -> in.readUnsignedByte();
            default -> throw new IOException("an unknown type of address");
        };
        in.readFully(new byte[addressLength + 2]);
    }

    private static void writeShortText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.write(bytes.length);
        out.write(bytes);
    }

    private static void expect(int expected, int value) throws IOException {
        if (value != expected) {
            throw new IOException("the proxy says " + value + " where " + expected + " belongs");
        }
    }

    /** Asks a connected web server for a path, and reads its answer to the end of the connection into {@code body}. */
    public static void get(Socket socket, String path, Content.Digest body) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.0\r\nHost: web.test\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        skipHead(in);
        in.transferTo(body);
    }

    /** Reads up to the empty line behind the headers, and no byte more. */
    public static void skipHead(InputStream in) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended in the head of the answer");
            }
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
    }
}
