package org.onion4j.circuit.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.relay.RelayHopCrypto;

/**
 * One relay on a {@link ScriptedCircuit}. It counts DATA both ways as relays do: it acknowledges what comes (unless
 * {@link #acknowledge} is taken back), keeps to the client's windows in {@link #sendData}, and checks the tags of the
 * client's SENDMEs. Any thread may send.
 */
public final class ScriptedHop {
    private static final int CIRCUIT_WINDOW = 1000;
    private static final int CIRCUIT_INCREMENT = 100;
    private static final int STREAM_WINDOW = 500;
    private static final int STREAM_INCREMENT = 50;
    /** More than anybody sends. */
    private static final int NO_LIMIT = 1 << 30;

    private static final PaddingSource NO_PADDING = (target, offset, length) -> {
        for (int i = 0; i < length; i++) {
            target[offset + i] = 0x55;
        }
    };

    private final ScriptedCircuit circuit;
    private final int index;
    private final RelayKeys keys;
    private final RelayHopCrypto crypto;
    private final Bytes kh;

    // Incoming: the link's thread alone.
    private final Map<Integer, Integer> streamDataReceived = new HashMap<>();
    private long dataReceived;
    private volatile boolean acknowledging = true;
    private volatile Bytes forwardTag = Bytes.EMPTY;

    // Outgoing: guarded by the circuit's lock, but for the windows.
    private final Deque<Bytes> expectedTags = new ArrayDeque<>();
    private long dataSent;
    private volatile Bytes backwardTag = Bytes.EMPTY;
    private volatile boolean over;
    private final Semaphore window = new Semaphore(CIRCUIT_WINDOW);
    private final ConcurrentMap<Integer, Semaphore> streamWindows = new ConcurrentHashMap<>();

    ScriptedHop(ScriptedCircuit circuit, int index, RelayKeys keys, RelayHopCrypto crypto, Bytes kh) {
        this.circuit = circuit;
        this.index = index;
        this.keys = keys;
        this.crypto = crypto;
        this.kh = kh;
    }

    public ScriptedCircuit circuit() {
        return circuit;
    }

    public ScriptedRelay relay() {
        return circuit.link().relay();
    }

    /** Its place on the circuit, from 0. */
    public int index() {
        return index;
    }

    public RelayKeys keys() {
        return keys;
    }

    /** KH of the handshake. */
    public Bytes kh() {
        return kh;
    }

    /** The tag of the message last recognised here. */
    public Bytes forwardTag() {
        return forwardTag;
    }

    /** The tag of the message last sent from here. */
    public Bytes backwardTag() {
        return backwardTag;
    }

    /** How many DATA messages have come. */
    public long dataReceived() {
        return dataReceived;
    }

    /** Whether SENDMEs are sent for what comes; at first they are. */
    public void acknowledge(boolean on) {
        acknowledging = on;
    }

    // Sending.

    /** Sends a message, whatever the windows say. */
    public void send(int streamId, RelayMessage message) throws IOException {
        sendBody(body(streamId, message));
    }

    /** A message as a body, for {@link #sendBody} or {@link ScriptedCircuit#encrypt}. */
    public static byte[] body(int streamId, RelayMessage message) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(message, streamId, NO_PADDING, body, 0);
        return body;
    }

    /** Sends a message of any command and data. */
    public void send(int streamId, RelayCommand command, Bytes data) throws IOException {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(command, streamId, data.toArray(), 0, data.size(), NO_PADDING, body, 0);
        sendBody(body);
    }

    /** Encrypts and sends a whole body of 509 bytes that may say anything, with recognized and digest zero. */
    public void sendBody(byte[] body) throws IOException {
        circuit.originate(index, body, CellCommand.RELAY);
    }

    /** The same in a RELAY_EARLY cell, which no relay may send backward. */
    public void sendEarly(byte[] body) throws IOException {
        circuit.originate(index, body, CellCommand.RELAY_EARLY);
    }

    /** Sends bytes as DATA as fast as the client's windows allow. Not on the link's thread, which brings the SENDMEs. */
    public void sendData(int streamId, byte[] bytes) throws IOException {
        Semaphore streamWindow = streamWindow(streamId);
        for (int at = 0; at < bytes.length; at += RelayBody.MAX_DATA_LEN) {
            take(streamWindow, "stream");
            take(window, "circuit");
            send(streamId, new Data(Bytes.copyOf(bytes, at, Math.min(RelayBody.MAX_DATA_LEN, bytes.length - at))));
        }
    }

    private void take(Semaphore semaphore, String what) throws IOException {
        try {
            if (!semaphore.tryAcquire(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the client did not reopen the window of the " + what);
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private Semaphore streamWindow(int streamId) {
        return streamWindows.computeIfAbsent(streamId, id -> new Semaphore(over ? NO_LIMIT : STREAM_WINDOW));
    }

    // Receiving, on the link's thread.

    boolean decrypt(byte[] in, byte[] out) {
        return crypto.decryptForward(in, 0, out, 0);
    }

    void receive(CellCommand cell, byte[] body) throws Exception {
        forwardTag = Bytes.copyOf(crypto.forwardTag());
        RelayMessage message = RelayBody.decode(body, 0);
        int streamId = RelayBody.streamId(body, 0);
        RelayScript script = relay().script();
        if (message instanceof Extend2 extend) {
            if (!cell.equals(CellCommand.RELAY_EARLY)) {
                throw new IOException("EXTEND2 in a " + cell + " cell");
            }
            script.onExtend(this, extend);
        } else if (message instanceof Sendme sendme) {
            script.onSendme(this, streamId, sendme);
        } else if (message instanceof Data) {
            Bytes tag = forwardTag;
            script.onMessage(this, streamId, message);
            countData(streamId, tag);
        } else {
            script.onMessage(this, streamId, message);
        }
    }

    private void countData(int streamId, Bytes tag) throws IOException {
        dataReceived++;
        int ofStream = streamDataReceived.merge(streamId, 1, Integer::sum);
        if (acknowledging && dataReceived % CIRCUIT_INCREMENT == 0) {
            send(0, Sendme.withTag(tag));
        }
        if (acknowledging && ofStream % STREAM_INCREMENT == 0) {
            send(streamId, Sendme.withoutTag());
        }
    }

    /** Opens a window as the client's SENDME says, after a look at its tag. */
    public void countSendme(int streamId, Sendme sendme) throws IOException {
        if (streamId != 0) {
            streamWindow(streamId).release(STREAM_INCREMENT);
            return;
        }
        Bytes expected;
        synchronized (expectedTags) {
            expected = expectedTags.poll();
        }
        if (expected == null || !sendme.tag().equals(Optional.of(expected))) {
            throw new IOException("a SENDME that acknowledges nothing we sent");
        }
        window.release(CIRCUIT_INCREMENT);
    }

    /** Answers EXTEND2 as an honest relay does: with a new last hop, or with TRUNCATED. */
    public void answerExtend(Extend2 extend) throws IOException {
        Optional<RelayKeys> next = target(extend).flatMap(relay()::relay);
        if (!next.isPresent() || circuit.lastHop() != this) {
            send(0, new Truncated(DestroyReason.CONNECTFAILED));
            return;
        }
        try {
            ServerReply reply = next.get().answer(extend.type(), extend.data(), relay().serverMessage());
            Bytes data = reply.reply();
            circuit.addHop(next.get(), reply);
            send(0, new Extended2(data));
        } catch (HandshakeException e) {
            relay().fail(e);
            send(0, new Truncated(DestroyReason.DESTROYED));
        }
    }

    /** The RSA identity that an EXTEND2 asks for. */
    public static Optional<RsaIdentity> target(Extend2 extend) {
        return extend.specifiers().stream()
                .filter(LinkSpecifier.RsaId.class::isInstance)
                .map(specifier -> ((LinkSpecifier.RsaId) specifier).identity())
                .findFirst();
    }

    // Called by the circuit, under its lock.

    void originate(byte[] in, byte[] out) {
        boolean data = RelayBody.command(in, 0) == RelayCommand.DATA.wire();
        crypto.originate(in, 0, out, 0);
        backwardTag = Bytes.copyOf(crypto.backwardTag());
        if (data) {
            dataSent++;
            if (dataSent % CIRCUIT_INCREMENT == 0) {
                synchronized (expectedTags) {
                    expectedTags.add(backwardTag);
                }
            }
        }
    }

    void passBackward(byte[] in, byte[] out) {
        crypto.passBackward(in, 0, out, 0);
    }

    void close() {
        if (!over) {
            over = true; // nobody will open the windows again: what is still sent goes nowhere, and need not wait
            window.release(NO_LIMIT);
            streamWindows.values().forEach(semaphore -> semaphore.release(NO_LIMIT));
        }
        crypto.close();
    }
}
