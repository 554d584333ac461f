package org.onion4j.examples.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The DNS of a test network, over UDP on loopback. Each name that ends in {@code .test} has the addresses 127.0.0.1 and ::1, the
 * reverse of 203.0.113.7 is {@code host.test}, and nothing else exists. It remembers what it was asked.
 */
final class NameServer implements AutoCloseable {
    /** Exits don't look up addresses of their own machine or local network, so this is one of those kept for documentation. */
    private static final String REVERSE = "7.113.0.203.in-addr.arpa";

    private static final int TYPE_A = 1;
    private static final int TYPE_PTR = 12;
    private static final int TYPE_AAAA = 28;
    private static final int CLASS_IN = 1;
    private static final int TTL_SECONDS = 60;
    private static final int RESPONSE_FLAGS = 0x8180;
    private static final int RCODE_NAME_ERROR = 3;
    private static final int POINTER_TO_QUESTION = 0xc00c;
    private static final int HEADER_LEN = 12;

    private final DatagramSocket socket;
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    private NameServer(DatagramSocket socket) {
        this.socket = socket;
    }

    static NameServer start() throws IOException {
        NameServer server = new NameServer(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        Leftovers.testThreads("name server").newThread(server::serve).start();
        return server;
    }

    int port() {
        return socket.getLocalPort();
    }

    /** The names asked for so far, in lower case, in order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private void serve() {
        byte[] buffer = new byte[4096];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] reply = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            } catch (IOException | RuntimeException e) {
                // A malformed question gets no answer; a closed socket ends the loop.
            }
        }
    }

    private byte[] answer(ByteBuffer query) throws IOException {
        int id = query.getShort(0) & 0xffff;
        query.position(HEADER_LEN);
        List<String> labels = new ArrayList<>();
        for (int length = query.get(); length > 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            labels.add(new String(label, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
        }
        int type = query.getShort() & 0xffff;
        query.getShort();
        byte[] question = new byte[query.position() - HEADER_LEN];
        query.get(HEADER_LEN, question);

        String name = String.join(".", labels);
        asked.add(name);
        boolean exists = name.endsWith(".test") || name.equals(REVERSE);
        byte[] data = exists ? data(name, type) : new byte[0];

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(id);
        out.writeShort(RESPONSE_FLAGS | (exists ? 0 : RCODE_NAME_ERROR));
        out.writeShort(1);
        out.writeShort(data.length == 0 ? 0 : 1);
        out.writeInt(0);
        out.write(question);
        if (data.length > 0) {
            out.writeShort(POINTER_TO_QUESTION);
            out.writeShort(type);
            out.writeShort(CLASS_IN);
            out.writeInt(TTL_SECONDS);
            out.writeShort(data.length);
            out.write(data);
        }
        return bytes.toByteArray();
    }

    private static byte[] data(String name, int type) {
        boolean forward = name.endsWith(".test");
        if (type == TYPE_A && forward) {
            return new byte[] {127, 0, 0, 1};
        }
        if (type == TYPE_AAAA && forward) {
            return new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        }
        if (type == TYPE_PTR && !forward) {
            return "\4host\4test\0".getBytes(StandardCharsets.US_ASCII);
        }
        return new byte[0];
    }

    @Override
    public void close() {
        socket.close();
    }
}
