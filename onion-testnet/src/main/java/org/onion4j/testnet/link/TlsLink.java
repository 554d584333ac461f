package org.onion4j.testnet.link;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.testnet.wire.Wire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over TLS, from the first byte on: the handshake, then cells. Threading: the link's loop alone.
 *
 * <p>Cells that are sent are gathered until the loop's turn is over, or until they fill a TLS record.
 */
final class TlsLink implements RelayLink, TlsWire.Listener {
    private static final Logger log = LoggerFactory.getLogger(TlsLink.class);

    /** What C tor offers. */
    private static final Versions OFFERED = Versions.of(3, 4, 5);
    /** Of those, what we go on with. */
    private static final ImmutableSet<Integer> ACCEPTED = ImmutableSet.of(4, 5);

    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);
    /** How many cells a peer may send before its NETINFO; padding counts. */
    private static final int MAX_HANDSHAKE_CELLS = 64;
    /** Whole cells that fill a TLS record. */
    private static final int GATHERED_BYTES = 16384 / CellFrame.CELL_LEN * CellFrame.CELL_LEN;

    private enum Stage {
        TLS,
        VERSIONS,
        HANDSHAKE,
        OPEN,
        CLOSED
    }

    private final LinkSettings settings;
    private final boolean initiator;
    private final Wire wire;
    private final LinkConnected callback;
    private final LinkScript script;
    private final boolean honest;
    private final Cancellable deadline;
    private final CellSplitter splitter = new CellSplitter();
    private MessageDigest sent = Digests.newSha256(); // null once nothing is digested any more
    private MessageDigest received = Digests.newSha256();
    private byte[] gathered = new byte[2048];
    private int gatheredLength;
    private boolean flushComes;
    private boolean paused;
    private boolean delivering;
    private int handshakeCells;
    private int version;
    private Stage stage = Stage.TLS;
    private Optional<RelayIdentities> peer = Optional.empty();
    private Throwable endCause;
    private boolean broken; // it ends because of what has arrived: nothing more is taken
    private boolean endUntold; // it ended before there was a listener
    private TlsWire tls;
    private LinkHandshake handshake;
    private RelayLinkListener listener;

    TlsLink(LinkSettings settings, boolean initiator, Wire wire, LinkConnected callback) {
        this.settings = settings;
        this.initiator = initiator;
        this.wire = wire;
        this.callback = callback;
        this.script = settings.scripts().forLink(initiator, wire.remote());
        this.honest = script.isHonest();
        this.deadline = settings.loop()
                .schedule(() -> fail(new LinkException("the link handshake took too long")), HANDSHAKE_TIMEOUT);
    }

    /** Begins TLS, and after it the handshake. */
    void begin(Function<TlsWire.Listener, TlsWire> makeTls, Function<TlsLink, LinkHandshake> makeHandshake) {
        handshake = makeHandshake.apply(this);
        tls = makeTls.apply(this);
    }

    LinkSettings settings() {
        return settings;
    }

    TlsWire tls() {
        return tls;
    }

    // Handshake.

    @Override
    public void onSecured() {
        stage = Stage.VERSIONS;
        handshake.begin();
    }

    void sendVersions() {
        byte[] cell = CellFrame.encodeInitial(OFFERED);
        append(cell, 0, cell.length);
    }

    void sendMessage(ChannelMessage message) {
        WireWriter body = new WireWriter();
        message.encode(body);
        put(0, message.command().wire(), body.toArray());
    }

    void sendNetinfo() {
        long now = Math.max(0, settings.clock().instant().getEpochSecond()) & 0xffffffffL;
        sendMessage(new Netinfo(
                now,
                Netinfo.Address.of(wire.remote().getAddress()),
                ImmutableList.of(Netinfo.Address.of(settings.address()))));
    }

    /** Digest of all that has been sent so far. */
    Bytes sentDigest() {
        return digestSoFar(sent);
    }

    /** Digest of all cells that have arrived so far, but for AUTHENTICATE. */
    Bytes receivedDigest() {
        return digestSoFar(received);
    }

    private static Bytes digestSoFar(MessageDigest digest) {
        try {
            return Bytes.copyOf(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this platform's SHA-256 can't be cloned", e);
        }
    }

    /** The handshake is done. */
    void finish(Optional<RelayIdentities> identities) {
        stage = Stage.OPEN;
        peer = identities;
        sent = null;
        received = null;
        handshake = null;
        deadline.cancel();
        callback.onLink(this);
        if (listener == null) {
            tls.pause();
        }
        script.opened(this);
    }

    private void onHandshakeCell(int circuitId, int command, byte[] body, int offset, int length)
            throws IOException, WireFormatException {
        if (++handshakeCells > MAX_HANDSHAKE_CELLS) {
            throw new LinkException("too many cells during the link handshake");
        }
        CellCommand number = CellCommand.ofWire(command);
        if (isPassedOver(number) || (number.equals(CellCommand.VERSIONS) && stage == Stage.HANDSHAKE)) {
            return;
        }
        if (circuitId != 0) {
            throw new LinkException(number + " on a circuit during the link handshake");
        }
        ChannelMessage message = ChannelMessage.decode(number, new WireReader(body, offset, length));
        if (stage == Stage.HANDSHAKE) {
            handshake.onMessage(message);
            return;
        }
        if (!(message instanceof Versions versions)) {
            throw new LinkException(number + " before VERSIONS");
        }
        OptionalInt best = versions.highestCommon(ACCEPTED);
        if (!best.isPresent()) {
            throw new LinkException("no link protocol in common");
        }
        version = best.getAsInt();
        stage = Stage.HANDSHAKE;
        splitter.useWideCircuitIds();
        handshake.onVersion();
    }

    /** What may come at any time, and cells of variable length of protocols to come. */
    private static boolean isPassedOver(CellCommand command) {
        return command.equals(CellCommand.VPADDING)
                || command.equals(CellCommand.PADDING)
                || command.equals(CellCommand.AUTHORIZE)
                || (command.isVariableLength() && !command.isKnown());
    }

    /** Whether a cell belongs into the handshake alone. */
    private static boolean isOfHandshake(int command) {
        return command == CellCommand.CERTS.wire()
                || command == CellCommand.AUTH_CHALLENGE.wire()
                || command == CellCommand.AUTHENTICATE.wire();
    }

    // Cells that arrive.

    @Override
    public void onPlain(byte[] bytes, int offset, int length) {
        splitter.add(bytes, offset, length);
        deliver();
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        try {
            while (stage != Stage.CLOSED && !broken && !isHeldUp() && splitter.next()) {
                if (received != null && splitter.command() != CellCommand.AUTHENTICATE.wire()) {
                    received.update(splitter.array(), splitter.cellOffset(), splitter.cellLength());
                }
                if (honest || stage == Stage.VERSIONS) {
                    handle(
                            splitter.circuitId(),
                            splitter.command(),
                            splitter.array(),
                            splitter.bodyOffset(),
                            splitter.bodyLength());
                } else {
                    Bytes body = Bytes.copyOf(splitter.array(), splitter.bodyOffset(), splitter.bodyLength());
                    script.incoming(new LinkCell(splitter.circuitId(), splitter.command(), body), this::handle);
                }
            }
        } finally {
            delivering = false;
        }
        tellEnd();
    }

    private boolean isHeldUp() {
        return paused || (stage == Stage.OPEN && listener == null);
    }

    private void handle(LinkCell cell) {
        byte[] body = cell.body().toArray();
        handle(cell.circuitId(), cell.command(), body, 0, body.length);
    }

    private void handle(int circuitId, int command, byte[] body, int offset, int length) {
        if (stage == Stage.CLOSED) {
            return;
        }
        try {
            if (stage != Stage.OPEN) {
                onHandshakeCell(circuitId, command, body, offset, length);
            } else if (command == CellCommand.VERSIONS.wire()) {
                log.debug("VERSIONS once more, which means nothing");
            } else if (isOfHandshake(command)) {
                throw new LinkException(CellCommand.ofWire(command) + " after the link handshake");
            } else {
                listener.onCell(this, circuitId, command, body, offset, length);
            }
        } catch (WireFormatException e) {
            fail(new LinkException("a malformed cell", e));
        } catch (IOException e) {
            fail(e);
        }
    }

    // The end.

    private void fail(IOException cause) {
        if (stage != Stage.CLOSED && !broken) {
            log.debug("a link ends", cause);
            broken = true;
            flush();
            tls.close();
            onClosed(cause);
        }
    }

    @Override
    public void onClosed(Throwable causeOrNull) {
        if (stage == Stage.CLOSED) {
            return;
        }
        boolean wasOpen = stage == Stage.OPEN;
        deadline.cancel();
        if (!wasOpen) {
            stage = Stage.CLOSED;
            callback.onFailed(
                    causeOrNull instanceof IOException io
                            ? io
                            : new LinkException("the peer closed the link during the handshake", causeOrNull));
            return;
        }
        endCause = causeOrNull;
        endUntold = true;
        deliver(); // what had arrived before
    }

    private void tellEnd() {
        if (endUntold && stage == Stage.OPEN && !isHeldUp()) {
            endUntold = false;
            stage = Stage.CLOSED;
            listener.onClosed(this, endCause);
        }
    }

    // What the relay does with it.

    @Override
    public void start(RelayLinkListener value) {
        listener = value;
        if (stage == Stage.OPEN) {
            if (!paused) {
                tls.resume();
            }
            settings.loop().execute(this::deliver);
        }
    }

    @Override
    public void send(int circuitId, int command, byte[] body, int offset) {
        checkArgument(!CellCommand.isVariableLength(command), "a command of variable length");
        if (stage == Stage.CLOSED) {
            return;
        }
        if (!honest) {
            put(circuitId, command, Arrays.copyOfRange(body, offset, offset + CellFrame.CELL_BODY_LEN));
            return;
        }
        appendHeader(circuitId, command);
        append(body, offset, CellFrame.CELL_BODY_LEN);
    }

    @Override
    public void sendVariable(int circuitId, int command, byte[] body, int offset, int length) {
        checkArgument(CellCommand.isVariableLength(command), "a command of fixed length");
        put(circuitId, command, Arrays.copyOfRange(body, offset, offset + length));
    }

    @Override
    public void inject(LinkCell cell) {
        if (stage != Stage.CLOSED) {
            byte[] encoded = CellFrame.encode(
                    cell.circuitId(),
                    CellCommand.ofWire(cell.command()),
                    cell.body().toArray());
            append(encoded, 0, encoded.length);
        }
    }

    /** Sends a cell of either kind by way of the script. */
    private void put(int circuitId, int command, byte[] body) {
        if (honest) {
            inject(new LinkCell(circuitId, command, Bytes.copyOf(body)));
        } else if (stage != Stage.CLOSED) {
            script.outgoing(new LinkCell(circuitId, command, Bytes.copyOf(body)), this::inject);
        }
    }

    private void appendHeader(int circuitId, int command) {
        ensureRoom(CellFrame.CELL_LEN);
        gathered[gatheredLength] = (byte) (circuitId >>> 24);
        gathered[gatheredLength + 1] = (byte) (circuitId >>> 16);
        gathered[gatheredLength + 2] = (byte) (circuitId >>> 8);
        gathered[gatheredLength + 3] = (byte) circuitId;
        gathered[gatheredLength + 4] = (byte) command;
        gatheredLength += CellFrame.HEADER_LEN;
    }

    private void append(byte[] bytes, int offset, int length) {
        if (sent != null) {
            sent.update(bytes, offset, length);
        }
        ensureRoom(length);
        System.arraycopy(bytes, offset, gathered, gatheredLength, length);
        gatheredLength += length;
        if (gatheredLength >= GATHERED_BYTES) {
            flush();
        } else if (!flushComes) {
            flushComes = true;
            settings.loop().execute(this::flush);
        }
    }

    private void ensureRoom(int length) {
        if (gathered.length - gatheredLength < length) {
            gathered = Arrays.copyOf(gathered, Math.max(2 * gathered.length, gatheredLength + length));
        }
    }

    private void flush() {
        flushComes = false;
        if (stage != Stage.CLOSED && gatheredLength > 0) {
            int length = gatheredLength;
            gatheredLength = 0;
            tls.write(gathered, 0, length);
        }
    }

    @Override
    public void onDrained() {
        if (stage == Stage.OPEN && listener != null && gatheredLength == 0) {
            listener.onDrained(this);
        }
    }

    @Override
    public int queuedBytes() {
        return gatheredLength + tls.queuedBytes();
    }

    @Override
    public int queuedCells() {
        return (queuedBytes() + CellFrame.CELL_LEN - 1) / CellFrame.CELL_LEN;
    }

    @Override
    public void pauseReading() {
        paused = true;
        tls.pause();
    }

    @Override
    public void resumeReading() {
        if (paused) {
            paused = false;
            if (!isHeldUp()) {
                tls.resume();
            }
            settings.loop().execute(this::deliver);
        }
    }

    @Override
    public void close() {
        if (stage != Stage.CLOSED) {
            flush();
            stage = Stage.CLOSED;
            deadline.cancel();
            tls.close();
        }
    }

    @Override
    public void reset() {
        if (stage != Stage.CLOSED) {
            stage = Stage.CLOSED;
            deadline.cancel();
            tls.reset();
        }
    }

    @Override
    public boolean isClosed() {
        return stage == Stage.CLOSED || endUntold;
    }

    @Override
    public boolean isInitiator() {
        return initiator;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public Optional<RelayIdentities> peer() {
        return peer;
    }

    @Override
    public InetSocketAddress remote() {
        return wire.remote();
    }

    /** Names neither the relay nor its peer. */
    @Override
    public String toString() {
        return "RelayLink(" + stage + ")";
    }
}
