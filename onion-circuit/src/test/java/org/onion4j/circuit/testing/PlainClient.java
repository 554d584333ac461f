package org.onion4j.circuit.testing;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * The plainest client there can be, on one link with one circuit, reading and writing as the test calls it: to test the
 * {@link ScriptedRelay} without the code that the relay is there to test.
 */
final class PlainClient implements AutoCloseable {
    static final int CIRCUIT = 0x80000001;

    private final SSLSocket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final List<ClientHopCrypto> hops = new ArrayList<>();
    private int circuitIdLength = CellFrame.INITIAL_CIRCID_LEN;

    PlainClient(InetSocketAddress relay) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        socket = (SSLSocket) context.getSocketFactory().createSocket(relay.getAddress(), relay.getPort());
        socket.setSoTimeout((int) ScriptedRelay.PATIENCE_SECONDS * 1000);
        socket.startHandshake();
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
        out.write(CellFrame.encodeInitial(Versions.of(4, 5)));
    }

    /** Reads the relay's part of the link handshake, and answers. */
    List<ChannelMessage> handshake() throws IOException, WireFormatException {
        List<ChannelMessage> messages = new ArrayList<>();
        while (messages.isEmpty() || !(messages.get(messages.size() - 1) instanceof Netinfo)) {
            messages.add(read());
        }
        send(0, Netinfo.ofClient(socket.getInetAddress()));
        return messages;
    }

    Bytes tlsCertificate() throws IOException, GeneralSecurityException {
        return Bytes.copyOf(socket.getSession().getPeerCertificates()[0].getEncoded());
    }

    void send(int circuitId, ChannelMessage message) throws IOException {
        out.write(CellFrame.encode(circuitId, message));
        out.flush();
    }

    ChannelMessage read() throws IOException, WireFormatException {
        int circuitId = circuitIdLength == CellFrame.CIRCID_LEN ? in.readInt() : in.readUnsignedShort();
        CellCommand command = CellCommand.ofWire(in.readUnsignedByte());
        byte[] body = in.readNBytes(command.isVariableLength() ? in.readUnsignedShort() : CellFrame.CELL_BODY_LEN);
        circuitIdLength = CellFrame.CIRCID_LEN;
        if (circuitId != 0 && circuitId != CIRCUIT) {
            throw new IOException("a cell of circuit " + circuitId);
        }
        return ChannelMessage.decode(command, new WireReader(body));
    }

    void addHop(ClientHopCrypto hop) {
        hops.add(hop);
    }

    /** Sends a message to a hop. */
    void send(int hop, int streamId, RelayMessage message, CellCommand command) throws IOException {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(message, streamId, (t, o, n) -> {}, body, 0);
        byte[] next = new byte[CellFrame.CELL_BODY_LEN];
        hops.get(hop).originate(body, 0, next, 0);
        for (int i = hop - 1; i >= 0; i--) {
            body = next;
            next = new byte[CellFrame.CELL_BODY_LEN];
            hops.get(i).passForward(body, 0, next, 0);
        }
        out.write(CellFrame.encode(CIRCUIT, command, next));
        out.flush();
    }

    /** A message that came: from which hop, on which stream. */
    record FromHop(int hop, int streamId, RelayMessage message) {}

    /** Reads the next cell, which must be a message of some hop. */
    FromHop readMessage() throws IOException, WireFormatException {
        ChannelMessage cell = read();
        if (!(cell instanceof org.onion4j.circuit.cell.RelayCell relayCell)) {
            throw new IOException("expected a RELAY cell, not " + cell);
        }
        byte[] body = relayCell.body().toArray();
        for (int i = 0; i < hops.size(); i++) {
            byte[] next = new byte[CellFrame.CELL_BODY_LEN];
            if (hops.get(i).decryptBackward(body, 0, next, 0)) {
                return new FromHop(i, RelayBody.streamId(next, 0), RelayBody.decode(next, 0));
            }
            body = next;
        }
        throw new IOException("a cell that no hop sent");
    }

    Bytes backwardTag(int hop) {
        return Bytes.copyOf(hops.get(hop).backwardTag());
    }

    Bytes forwardTag(int hop) {
        return Bytes.copyOf(hops.get(hop).forwardTag());
    }

    @Override
    public void close() throws IOException {
        socket.close();
        hops.forEach(ClientHopCrypto::close);
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
