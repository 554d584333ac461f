package org.onion4j.testnet.relay;

import java.util.Optional;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.flow.FixedWindowFlow;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.relay.RelayHopCrypto;

/**
 * One circuit at one relay: the leg to the client's side, the leg to the next relay if there is one, and the layer of
 * encryption between. What is addressed to this relay goes to {@link CircuitMessages}; the rest is passed on. Spec:
 * tor-spec, "Routing relay cells", "Tearing down circuits".
 *
 * <p>Threading: the relay's loop. Nothing is called back within a call except what {@link RelayScript} does.
 */
final class RelayCircuit implements CircuitLeg.CircuitEvents {
    /** RELAY_EARLY cells that a relay lets pass on a circuit. */
    static final int MAX_RELAY_EARLY = 8;

    /** What a circuit serves as, at the relay where it ends. */
    enum Purpose {
        GENERAL,
        INTRODUCTION_POINT,
        RENDEZVOUS_WAITING,
        RENDEZVOUS_JOINED
    }

    private final RelayCore core;
    private final RelayHopCrypto crypto;
    private final Bytes kh;
    private final HandshakeKind handshake;
    private final FixedWindowFlow flow;
    private final CircuitMessages messages;
    private final EdgeStreams streams;
    private final ScriptedCircuit scripted;
    private CircuitTrace trace = CircuitTrace.NONE;
    private CircuitLeg previous; // null once it is gone
    private CircuitLeg next; // null where the circuit ends
    private Extension extension; // the extension that waits for a link
    private Purpose purpose = Purpose.GENERAL;
    private RelayCircuit joined; // of a rendezvous
    private int earlyLeft = MAX_RELAY_EARLY;
    private boolean closed;

    RelayCircuit(RelayCore core, RelayHopCrypto crypto, Bytes kh, HandshakeKind handshake) {
        this.core = core;
        this.crypto = crypto;
        this.kh = kh;
        this.handshake = handshake;
        this.flow = new FixedWindowFlow(core.config().circuitWindow());
        this.streams = new EdgeStreams(core, this);
        this.messages = new CircuitMessages(core, this, streams);
        this.scripted = new ScriptedCircuit(this, core);
    }

    /** Tells the client's side that the circuit is made. */
    void open(CircuitLeg leg, ChannelMessage answer) {
        previous = leg;
        core.circuits().add(this);
        trace = core.observations().begin(leg.link.peer(), leg.circuitId, handshake);
        trace.cell(Direction.FORWARD, createCommand());
        core.script().onCircuit(scripted);
        sendBackward(answer);
    }

    private CellCommand createCommand() {
        return handshake == HandshakeKind.FAST ? CellCommand.CREATE_FAST : CellCommand.CREATE2;
    }

    // What the others need to know.

    CircuitTrace trace() {
        return trace;
    }

    FixedWindowFlow flow() {
        return flow;
    }

    /** The key of ESTABLISH_INTRO's MAC, 20 bytes. */
    Bytes kh() {
        return kh;
    }

    boolean isClosed() {
        return closed;
    }

    boolean endsHere() {
        return next == null && extension == null;
    }

    Purpose purpose() {
        return purpose;
    }

    void setPurpose(Purpose value) {
        purpose = value;
    }

    /** The link to the client's side. */
    CellLink previousLink() {
        return previous.link;
    }

    /** Whether cells to the client pile up at our own link. */
    boolean isCongested() {
        return previous == null || previous.isCongested();
    }

    // Cells that arrive.

    @Override
    public void onRelay(CircuitLeg leg, int command, byte[] body, int offset) {
        if (closed || !scriptLets(leg.arriving, command, body, offset)) {
            return;
        }
        boolean early = command == CellCommand.RELAY_EARLY.wire();
        if (leg.arriving == Direction.BACKWARD) {
            if (early) {
                close(DestroyReason.PROTOCOL);
            } else {
                trace.cell(Direction.BACKWARD, CellCommand.RELAY);
                crypto.passBackward(body, offset, core.encrypted(), 0);
                previous.send(CellCommand.RELAY.wire(), core.encrypted(), 0);
            }
            return;
        }
        if (early && --earlyLeft < 0) {
            close(DestroyReason.PROTOCOL);
            return;
        }
        onForward(command, early, body, offset);
    }

    private boolean scriptLets(Direction direction, int command, byte[] body, int offset) {
        RelayScript script = core.script();
        return script == RelayScript.HONEST || script.onCell(scripted, direction, command, body, offset);
    }

    private void onForward(int command, boolean early, byte[] body, int offset) {
        byte[] out = core.decrypted();
        CellCommand cell = early ? CellCommand.RELAY_EARLY : CellCommand.RELAY;
        if (crypto.decryptForward(body, offset, out, 0)) {
            trace.cell(Direction.FORWARD, cell, RelayBody.command(out, 0));
            if (core.script() == RelayScript.HONEST || core.script().onMessage(scripted, out)) {
                messages.handle(out, early);
            }
            return;
        }
        trace.cell(Direction.FORWARD, cell);
        if (next != null) {
            next.send(command, out, 0);
        } else if (joined != null) {
            joined.sendJoined(out);
        } else {
            close(DestroyReason.PROTOCOL);
        }
    }

    /** A cell that came on the other circuit of a rendezvous goes to the client of this one. */
    private void sendJoined(byte[] body) {
        if (!closed) {
            trace.cell(Direction.BACKWARD, CellCommand.RELAY);
            crypto.passBackward(body, 0, core.encrypted(), 0);
            previous.send(CellCommand.RELAY.wire(), core.encrypted(), 0);
        }
    }

    @Override
    public void onCreated(CircuitLeg leg, int command, byte[] body, int offset) {
        if (closed || !scriptLets(leg.arriving, command, body, offset)) {
            return;
        }
        try {
            if (leg != next || command != CellCommand.CREATED2.wire()) {
                throw new WireFormatException("an answer to no question of ours");
            }
            trace.cell(Direction.BACKWARD, CellCommand.CREATED2);
            Bytes data = Created2.readReply(new WireReader(body, offset, CellFrame.CELL_BODY_LEN));
            send(0, new Extended2(data)); // a second one, too: the client will judge
        } catch (WireFormatException e) {
            close(DestroyReason.PROTOCOL);
        }
    }

    @Override
    public void onDestroy(CircuitLeg leg, DestroyReason reason) {
        trace.cell(leg.arriving, CellCommand.DESTROY);
        if (closed) {
            return;
        }
        if (core.script() != RelayScript.HONEST && !core.script().onDestroy(scripted, leg.arriving, reason)) {
            return;
        }
        forget(leg);
        close(DestroyReason.DESTROYED); // the peer's own reason must not go farther than one hop
    }

    @Override
    public void onLinkClosed(CircuitLeg leg) {
        if (!closed) {
            forget(leg);
            close(DestroyReason.CHANNEL_CLOSED);
        }
    }

    @Override
    public void onOverflow(CircuitLeg leg) {
        close(DestroyReason.RESOURCELIMIT);
    }

    private void forget(CircuitLeg leg) {
        if (leg == previous) {
            previous = null;
        } else if (leg == next) {
            next = null;
        }
    }

    // What this relay says to the client.

    /** Sends a message of this relay to the client; dropped if the circuit is closed. */
    void send(int streamId, RelayMessage message) {
        if (closed) {
            return;
        }
        RelayBody.encode(message, streamId, core.padding(), core.plain(), 0);
        sendBody(core.plain());
    }

    /** Sends a message of any command and content. */
    void send(int streamId, RelayCommand command, Bytes data) {
        if (!closed) {
            byte[] bytes = data.toArray();
            RelayBody.encode(command, streamId, bytes, 0, bytes.length, core.padding(), core.plain(), 0);
            sendBody(core.plain());
        }
    }

    /** Sends DATA of at most {@link RelayBody#MAX_DATA_LEN} bytes; the caller has reserved room in the windows. */
    void sendData(int streamId, byte[] data, int offset, int length) {
        RelayBody.encode(RelayCommand.DATA, streamId, data, offset, length, core.padding(), core.plain(), 0);
        sendBody(core.plain());
    }

    private void sendBody(byte[] body) {
        RelayScript script = core.script();
        boolean honest = script == RelayScript.HONEST;
        if (!closed && (honest || script.onSend(scripted, body)) && !closed) {
            encrypt(body);
            if (honest || script.onOriginated(scripted, core.encrypted())) {
                previous.send(CellCommand.RELAY.wire(), core.encrypted(), 0);
            }
        }
    }

    /** Authenticates, encrypts and sends a body that is ready in clear, without asking the script. */
    void originate(byte[] body) {
        if (!closed) {
            encrypt(body);
            previous.send(CellCommand.RELAY.wire(), core.encrypted(), 0);
        }
    }

    private void encrypt(byte[] body) {
        int command = RelayBody.command(body, 0);
        trace.cell(Direction.BACKWARD, CellCommand.RELAY, command);
        crypto.originate(body, 0, core.encrypted(), 0);
        if (command == RelayCommand.DATA.wire() && flow.onDataSent()) {
            flow.expectSendme(crypto.backwardTag());
        }
    }

    /** The tag by which a SENDME acknowledges the message that was recognised last. */
    Bytes forwardTag() {
        return Bytes.copyOf(crypto.forwardTag());
    }

    private void sendBackward(ChannelMessage message) {
        trace.cell(Direction.BACKWARD, message.command());
        byte[] body = CircuitLeg.encode(message);
        if (core.script() == RelayScript.HONEST
                || core.script()
                        .onCell(scripted, Direction.BACKWARD, message.command().wire(), body, 0)) {
            sendRaw(Direction.BACKWARD, message.command().wire(), body);
        }
    }

    /** Sends a cell as it is to the one side or the other; dropped if there is none. */
    void sendRaw(Direction direction, int command, byte[] body) {
        CircuitLeg leg = direction == Direction.BACKWARD ? previous : next;
        if (leg != null && !closed) {
            leg.send(command, body, 0);
        }
    }

    // Extending.

    /** From now on the circuit is being extended. */
    void extending(Extension by) {
        extension = by;
    }

    /** There is a link to the next relay: ask that relay. */
    void extendOver(CellLink link, Create2 create) {
        extension = null;
        Optional<CircuitLeg> leg = link.attach(this);
        if (!leg.isPresent()) {
            close(DestroyReason.RESOURCELIMIT);
            return;
        }
        next = leg.get();
        trace.next(link.peer(), next.circuitId);
        trace.cell(Direction.FORWARD, CellCommand.CREATE2);
        next.send(create);
    }

    /** There is none. */
    void extendFailed(DestroyReason reason) {
        extension = null;
        close(reason);
    }

    /** Ends what is behind this relay, for TRUNCATE. */
    void truncate(DestroyReason reason) {
        if (extension != null) {
            extension.cancel();
            extension = null;
        }
        if (next != null) {
            CircuitLeg leg = next;
            next = null;
            leg.destroy(reason);
        }
    }

    // Rendezvous.

    /** Joins this circuit, a client's, with a service's. */
    void join(RelayCircuit other) {
        joined = other;
        other.joined = this;
        purpose = Purpose.RENDEZVOUS_JOINED;
        other.purpose = Purpose.RENDEZVOUS_JOINED;
    }

    // The end.

    /** Closes the circuit and says so on both sides. Doing so again has no effect. */
    void close(DestroyReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        trace.closed(reason);
        core.circuits().remove(this);
        core.introductionPoints().remove(this);
        core.rendezvousPoints().remove(this);
        if (extension != null) {
            extension.cancel();
            extension = null;
        }
        streams.closeAll();
        destroy(next, reason);
        destroy(previous, reason);
        next = null;
        previous = null;
        RelayCircuit partner = joined;
        if (partner != null) {
            joined = null;
            partner.close(reason);
        }
        crypto.close();
    }

    private static void destroy(CircuitLeg leg, DestroyReason reason) {
        if (leg != null) {
            leg.destroy(reason);
        }
    }
}
