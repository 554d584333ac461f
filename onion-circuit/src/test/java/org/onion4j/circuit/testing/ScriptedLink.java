package org.onion4j.circuit.testing;

import com.google.common.collect.ImmutableList;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.handshake.CreateFastServer;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.ServerReply;

/** A client's connection to a {@link ScriptedRelay}. Any thread may send. */
public final class ScriptedLink {
    private final ScriptedRelay relay;
    private final Socket raw;
    private final SSLSocket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private final ConcurrentMap<Integer, ScriptedCircuit> circuits = new ConcurrentHashMap<>();
    private final AtomicLongArray counts = new AtomicLongArray(256);

    ScriptedLink(ScriptedRelay relay, Socket raw, SSLSocket socket) throws IOException {
        this.relay = relay;
        this.raw = raw;
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /** The relay that the client connected to. */
    public ScriptedRelay relay() {
        return relay;
    }

    /** How many cells of a command the client has sent so far. */
    public long received(CellCommand command) {
        return counts.get(command.wire());
    }

    /** The circuit of an ID, if one is open. */
    public Optional<ScriptedCircuit> circuit(int circuitId) {
        return Optional.ofNullable(circuits.get(circuitId));
    }

    /** The first circuit there is. */
    public ScriptedCircuit anyCircuit() {
        return circuits.values().iterator().next();
    }

    // Sending.

    /** Sends a cell. */
    public void send(int circuitId, ChannelMessage message) throws IOException {
        sendRaw(CellFrame.encode(circuitId, message));
    }

    /** Sends a cell of any body; one of fixed length is filled up with zeros. */
    public void send(int circuitId, CellCommand command, byte[] body) throws IOException {
        sendRaw(CellFrame.encode(circuitId, command, body));
    }

    /** Sends bytes that may be anything. */
    public void sendRaw(byte[] bytes) throws IOException {
        writing.lock();
        try {
            out.write(bytes);
            out.flush();
        } catch (SocketException | SSLException e) {
            throw new ClientGoneException(e);
        } finally {
            writing.unlock();
        }
    }

    /** Closes the connection. */
    public void close() throws IOException {
        socket.close();
    }

    /** Resets the TCP connection, without the farewell of TLS. */
    public void reset() throws IOException {
        raw.setSoLinger(true, 0);
        raw.close();
    }

    // The link handshake, cell by cell.

    /** Our VERSIONS cell, with its short circuit ID. */
    public byte[] versions() {
        return CellFrame.encodeInitial(Versions.of(3, 4, 5));
    }

    /** A cell of circuit 0 as it looks before the VERSIONS cell has been sent, when circuit IDs are short. */
    public static byte[] beforeVersions(byte[] cell) {
        return Arrays.copyOfRange(cell, CellFrame.CIRCID_LEN - CellFrame.INITIAL_CIRCID_LEN, cell.length);
    }

    /** Our CERTS cell. */
    public byte[] certs() {
        return CellFrame.encode(0, relay.keys().certs());
    }

    /** Our AUTH_CHALLENGE cell. */
    public byte[] authChallenge() {
        return CellFrame.encode(
                0,
                new AuthChallenge(
                        Bytes.copyOf(relay.random().bytes(AuthChallenge.CHALLENGE_LEN)), ImmutableList.of(3)));
    }

    /** Our NETINFO cell. */
    public byte[] netinfo() {
        return CellFrame.encode(
                0,
                new Netinfo(
                        relay.clock().instant().getEpochSecond(),
                        Netinfo.Address.of(socket.getInetAddress()),
                        ImmutableList.of(Netinfo.Address.of(socket.getLocalAddress()))));
    }

    /** Sends all four, as C tor does. */
    public void sendHandshake() throws IOException {
        sendRaw(versions());
        sendRaw(certs());
        sendRaw(authChallenge());
        sendRaw(netinfo());
    }

    // Circuits.

    /** Answers CREATE_FAST or CREATE2 as an honest relay does; a bad handshake with DESTROY. */
    public void answerCreate(int circuitId, ChannelMessage create) throws IOException {
        try {
            if (create instanceof CreateFast fast) {
                ServerReply reply = CreateFastServer.answer(fast.x(), relay.random());
                accept(circuitId, relay.keys(), reply);
                send(circuitId, new CreatedFast(reply.reply()));
            } else if (create instanceof Create2 create2) {
                ServerReply reply = relay.keys().answer(create2.type(), create2.data(), relay.serverMessage());
                accept(circuitId, relay.keys(), reply);
                send(circuitId, new Created2(reply.reply()));
            }
        } catch (HandshakeException e) {
            relay.fail(e);
            send(circuitId, new Destroy(DestroyReason.PROTOCOL));
        }
    }

    /** Opens a circuit whose first hop has the keys of a handshake; whoever calls sends the answer. */
    public ScriptedCircuit accept(int circuitId, RelayKeys keys, ServerReply reply) {
        ScriptedCircuit circuit = new ScriptedCircuit(this, circuitId);
        circuit.addHop(keys, reply);
        circuits.put(circuitId, circuit);
        relay.accepted(circuit);
        return circuit;
    }

    // Reading, on the link's thread.

    void serve() throws Exception {
        try {
            socket.startHandshake();
            ReceivedCell first = readCell(CellFrame.INITIAL_CIRCID_LEN);
            if (!first.command().equals(CellCommand.VERSIONS)) {
                throw new IOException("the client began with " + first.command());
            }
            relay.script().onCell(first);
            relay.script().onLink(this);
            while (true) {
                handle(readCell(CellFrame.CIRCID_LEN));
            }
        } catch (EOFException | SocketException | SSLException | ClientGoneException e) {
            return; // the client went away, or refused our TLS
        } finally {
            circuits.values().forEach(ScriptedCircuit::close);
            relay.ended(this);
        }
    }

    private ReceivedCell readCell(int circuitIdLength) throws IOException {
        int circuitId = circuitIdLength == CellFrame.CIRCID_LEN ? in.readInt() : in.readUnsignedShort();
        CellCommand command = CellCommand.ofWire(in.readUnsignedByte());
        int length = command.isVariableLength() ? in.readUnsignedShort() : CellFrame.CELL_BODY_LEN;
        byte[] body = new byte[length];
        in.readFully(body);
        counts.incrementAndGet(command.wire());
        return new ReceivedCell(this, circuitId, command, Bytes.copyOf(body));
    }

    private void handle(ReceivedCell cell) throws Exception {
        CellCommand command = cell.command();
        ScriptedCircuit circuit = circuits.get(cell.circuitId());
        if (command.equals(CellCommand.RELAY) || command.equals(CellCommand.RELAY_EARLY)) {
            if (circuit != null) {
                circuit.receive(command, cell.body().toArray());
            }
            return;
        }
        if (command.equals(CellCommand.CREATE2) || command.equals(CellCommand.CREATE_FAST)) {
            ChannelMessage create = ChannelMessage.decode(command, new WireReader(cell.body()));
            relay.script().onCreate(this, cell.circuitId(), create);
            return;
        }
        if (command.equals(CellCommand.DESTROY) && circuit != null) {
            circuits.remove(cell.circuitId());
            circuit.close();
        }
        relay.script().onCell(cell);
        if (command.equals(CellCommand.NETINFO)) {
            relay.opened(this);
        }
    }
}
