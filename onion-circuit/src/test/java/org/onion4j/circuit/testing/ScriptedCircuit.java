package org.onion4j.circuit.testing;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.relay.RelayHopCrypto;
import org.onion4j.crypto.relay.Tor1ClientCrypto;
import org.onion4j.crypto.relay.Tor1RelayCrypto;

/** A circuit of a client at a {@link ScriptedRelay}, with all its hops. Any thread may send. */
public final class ScriptedCircuit {
    private static final int KH_LEN = 20;

    private final ScriptedLink link;
    private final int circuitId;
    private final List<ScriptedHop> hops = new CopyOnWriteArrayList<>();
    private final ReentrantLock sending = new ReentrantLock(); // keeps encryption and writing in one order
    private boolean closed; // guarded by it
    private volatile ScriptedCircuit spliced; // null unless this ends at a rendezvous point where two have met

    ScriptedCircuit(ScriptedLink link, int circuitId) {
        this.link = link;
        this.circuitId = circuitId;
    }

    public ScriptedLink link() {
        return link;
    }

    public int circuitId() {
        return circuitId;
    }

    /** The hops so far, the one that the client is connected to first. */
    public ImmutableList<ScriptedHop> hops() {
        return ImmutableList.copyOf(hops);
    }

    public ScriptedHop hop(int index) {
        return hops.get(index);
    }

    public ScriptedHop lastHop() {
        return hops.get(hops.size() - 1);
    }

    /** Adds a hop that has the keys of a handshake; whoever calls sends the answer. */
    public ScriptedHop addHop(RelayKeys keys, ServerReply reply) {
        RelayHopCrypto crypto = Tor1RelayCrypto.ofRelay(reply.keys());
        Bytes kh = Bytes.copyOf(reply.keys().next(KH_LEN).exposeArray());
        ScriptedHop hop = new ScriptedHop(this, hops.size(), keys, crypto, kh);
        reply.close();
        hops.add(hop);
        return hop;
    }

    /** Lets an onion service be the next hop; whoever calls sends RENDEZVOUS2. */
    public ScriptedHop addService(ServerReply reply) {
        ScriptedHop hop = new ScriptedHop(
                this, hops.size(), lastHop().keys(), Tor1RelayCrypto.ofOnionService(reply.keys()), Bytes.EMPTY);
        reply.close();
        hops.add(hop);
        return hop;
    }

    /** Lets the client of an onion service be the next hop, once it knows the keys; RENDEZVOUS1 has brought them. */
    public ScriptedHop addClient(HandshakeResult result) {
        RelayHopCrypto crypto = new FarClientCrypto(Tor1ClientCrypto.ofOnionService(result.keys()));
        result.close();
        ScriptedHop hop = new ScriptedHop(this, hops.size(), lastHop().keys(), crypto, Bytes.EMPTY);
        hops.add(hop);
        return hop;
    }

    /** As a rendezvous point: from now on what no hop recognises goes to the other circuit, both ways. */
    public void splice(ScriptedCircuit other) {
        spliced = other;
        other.spliced = this;
    }

    /** Sends DESTROY; the circuit stays known here until the client destroys it, too. */
    public void destroy(DestroyReason reason) throws IOException {
        link.send(circuitId, new Destroy(reason));
    }

    /** Sends a RELAY cell with a body that may be anything. */
    public void sendRaw(CellCommand command, byte[] body) throws IOException {
        link.send(circuitId, command, body);
    }

    /** On the link's thread: takes off the layers until a hop recognises the message. */
    void receive(CellCommand command, byte[] body) throws Exception {
        byte[] in = body;
        byte[] out = new byte[CellFrame.CELL_BODY_LEN];
        for (ScriptedHop hop : hops) {
            if (hop.decrypt(in, out)) {
                hop.receive(command, out);
                return;
            }
            byte[] swap = in;
            in = out;
            out = swap;
        }
        ScriptedCircuit other = spliced;
        if (other == null) {
            link.relay().script().onUnrecognized(this);
        } else {
            other.passOn(in);
        }
    }

    private void passOn(byte[] body) throws IOException {
        sending.lock();
        try {
            if (!closed) {
                byte[] in = body;
                byte[] out = new byte[CellFrame.CELL_BODY_LEN];
                for (int i = hops.size() - 1; i >= 0; i--) {
                    hops.get(i).passBackward(in, out);
                    byte[] swap = in;
                    in = out;
                    out = swap;
                }
                link.send(circuitId, CellCommand.RELAY, in);
            }
        } finally {
            sending.unlock();
        }
    }

    /**
     * Encrypts a body from the hop of an index on, for {@link #sendRaw}: what comes of it is the next cell of the circuit,
     * unless it is sent too late, twice, changed or not at all.
     */
    public byte[] encrypt(int index, byte[] body) throws IOException {
        sending.lock();
        try {
            if (closed) {
                throw new ClientGoneException("the client has closed the circuit");
            }
            byte[] in = body;
            byte[] out = new byte[CellFrame.CELL_BODY_LEN];
            hops.get(index).originate(in, out);
            for (int i = index - 1; i >= 0; i--) {
                byte[] swap = in;
                in = out;
                out = swap;
                hops.get(i).passBackward(in, out);
            }
            return out;
        } finally {
            sending.unlock();
        }
    }

    /** Encrypts a body from the hop of an index on and sends it. */
    void originate(int index, byte[] body, CellCommand command) throws IOException {
        sending.lock();
        try {
            link.send(circuitId, command, encrypt(index, body));
        } finally {
            sending.unlock();
        }
    }

    /** On the link's thread: the client is done with the circuit. */
    void close() {
        sending.lock();
        try {
            closed = true;
            hops.forEach(ScriptedHop::close);
        } finally {
            sending.unlock();
        }
    }
}
