package org.onion4j.circuit;

import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.channel.CellHandler;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.padding.CircuitPadding;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * What arrives on a circuit: cells that concern it as a whole, and through {@link RelayReceiver} those for its hops and
 * streams. Whatever goes wrong closes this circuit alone.
 *
 * <p>Threading: called by the channel's reader, without the lock of the circuit.
 */
final class CircuitInput implements CellHandler, RelayReceiver.Target {
    private final Circuit circuit;
    private final ReentrantLock lock;
    private final AfterUnlock afterUnlock;
    private final StreamTable streams;
    private final RelaySender sender;
    private final RelayReceiver receiver;

    CircuitInput(
            Circuit circuit,
            ReentrantLock lock,
            AfterUnlock afterUnlock,
            StreamTable streams,
            Conversation conversation,
            CircuitPadding padding,
            RelaySender sender) {
        this.circuit = circuit;
        this.lock = lock;
        this.afterUnlock = afterUnlock;
        this.streams = streams;
        this.sender = sender;
        this.receiver = new RelayReceiver(streams, conversation, padding, this);
    }

    /** Under the lock: the last hop is the client of an onion service, which may open streams. */
    void join(IncomingStreams incoming) {
        receiver.join(incoming);
    }

    /** Under the lock: whether the last hop is such a client. */
    boolean isJoined() {
        return receiver.isJoined();
    }

    /** Under the lock: nothing more is to be handled. */
    void end() {
        receiver.end();
    }

    @Override
    public void onCell(int command, byte[] buffer, int offset) {
        lock.lock();
        try {
            if (!receiver.hasEnded()) {
                handle(command, buffer, offset);
            }
        } catch (ProtocolViolation | FlowViolationException | WireFormatException e) {
            close(new CircuitException(CircuitException.Kind.PROTOCOL, "a relay broke the protocol", e));
        } catch (RandomnessException e) {
            close(Circuit.noRandomness(e));
        } catch (RuntimeException e) {
            circuit.channel().bugs().error("a circuit failed", e); // a bug of ours; the channel's other circuits go on
            close(new CircuitException(CircuitException.Kind.LOCAL, "internal error", e));
        } finally {
            afterUnlock.unlock();
        }
    }

    private void close(CircuitException why) {
        circuit.closeLocked(why, Circuit.Notice.SEND_DESTROY);
    }

    @Override
    public void onBatchEnd() {
        lock.lock();
        try {
            streams.onBatchEnd();
        } finally {
            afterUnlock.unlock();
        }
    }

    @Override
    public void onChannelClosed(ChannelException why) {
        lock.lock();
        try {
            circuit.closeLocked(
                    new CircuitException(CircuitException.Kind.CHANNEL, "the circuit's channel is closed", why),
                    Circuit.Notice.NONE);
        } finally {
            afterUnlock.unlock();
        }
    }

    private void handle(int command, byte[] buffer, int offset)
            throws ProtocolViolation, FlowViolationException, WireFormatException {
        if (command == CellCommand.RELAY.wire()) {
            receiver.receive(circuit.hops(), buffer, offset);
            return;
        }
        if (command == CellCommand.RELAY_EARLY.wire()) {
            throw new ProtocolViolation("RELAY_EARLY towards the client");
        }
        ChannelMessage message = ChannelMessage.decode(
                CellCommand.ofWire(command), new WireReader(buffer, offset, ClientHopCrypto.BODY_LEN));
        if (message instanceof Destroy destroy) {
            circuit.closeLocked(CircuitException.destroyed(destroy.reason()), Circuit.Notice.NONE);
        } else if (message instanceof Created2 created) {
            circuit.finishHop(HopHandshake.Answer.CREATED2, created.data());
        } else if (message instanceof CreatedFast created) {
            circuit.finishHop(HopHandshake.Answer.CREATED_FAST, created.reply());
        } else if (message.command().isKnown()) {
            throw new ProtocolViolation(message.command() + " on a circuit");
        }
    }

    // What messages do to the circuit as a whole: under the lock.

    @Override
    public void onExtended(Hop hop, Bytes reply) throws ProtocolViolation {
        if (hop.index() != circuit.hops().size() - 1) {
            throw new ProtocolViolation("EXTENDED2 from a hop that is not the last");
        }
        circuit.finishHop(HopHandshake.Answer.EXTENDED2, reply);
    }

    @Override
    public void onRendezvous(Bytes handshakeInfo) throws ProtocolViolation {
        circuit.finishHop(HopHandshake.Answer.RENDEZVOUS2, handshakeInfo);
    }

    @Override
    public void onTruncated(Truncated message) {
        close(CircuitException.truncated(message.reason()));
    }

    @Override
    public void sendSendme(Hop hop, Sendme message) {
        sender.send(hop.index(), 0, message);
    }
}
