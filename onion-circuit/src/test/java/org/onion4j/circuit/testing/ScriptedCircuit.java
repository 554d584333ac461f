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
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.relay.Tor1RelayCrypto;

/** A circuit of a client at a {@link ScriptedRelay}, with all its hops. Any thread may send. */
public final class ScriptedCircuit {
    private final ScriptedLink link;
    private final int circuitId;
    private final List<ScriptedHop> hops = new CopyOnWriteArrayList<>();
    private final ReentrantLock sending = new ReentrantLock(); // keeps encryption and writing in one order
    private boolean closed; // guarded by it

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
        ScriptedHop hop = new ScriptedHop(this, hops.size(), keys, Tor1RelayCrypto.ofRelay(reply.keys()));
        reply.close();
        hops.add(hop);
        return hop;
    }

    /** Lets an onion service be the next hop; whoever calls sends RENDEZVOUS2. */
    public ScriptedHop addService(ServerReply reply) {
        ScriptedHop hop =
                new ScriptedHop(this, hops.size(), lastHop().keys(), Tor1RelayCrypto.ofOnionService(reply.keys()));
        reply.close();
        hops.add(hop);
        return hop;
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
        link.relay().script().onUnrecognized(this);
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
