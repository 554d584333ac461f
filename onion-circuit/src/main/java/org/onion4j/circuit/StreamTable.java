package org.onion4j.circuit;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.flow.StreamFlow;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamCarrier;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.random.RandomSource;

/**
 * The streams of one circuit by their IDs: those that are open, name look-ups under way, and those that we closed and
 * for which the far end may still owe messages. What it doesn't owe is a violation of the protocol.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class StreamTable {
    private static final int MAX_STREAM_ID = 0xffff;
    /** Stream IDs in use, closed ones that may still get messages included, from which on no more are opened. */
    private static final int MAX_ENTRIES = 60_000;

    /** What a stream ID stands for. */
    private sealed interface Entry permits Live, Resolving, HalfClosed {
        /** The hop that owns the stream: no other may speak for it. */
        int hop();
    }

    private record Live(DataStream stream, long begin) implements Entry {
        @Override
        public int hop() {
            return stream.hop();
        }
    }

    private record Resolving(int hop, CompletableFuture<Resolved> answer, long begin) implements Entry {}

    /** A stream or look-up that we ended. */
    private static final class HalfClosed implements Entry {
        private final int hop;
        private final DataStream.Kind kind; // null for a look-up
        private final StreamFlow flow; // null for a look-up
        private final long begin;
        private boolean connectedOwed;

        /** Of a look-up. */
        HalfClosed(Resolving lookUp) {
            this.hop = lookUp.hop();
            this.begin = lookUp.begin();
            this.kind = null;
            this.flow = null;
        }

        /** Of a stream, which is not kept itself. */
        HalfClosed(DataStream stream, long begin) {
            this.hop = stream.hop();
            this.begin = begin;
            this.kind = stream.kind();
            this.flow = stream.flow();
            this.connectedOwed = stream.isConnecting() && kind != DataStream.Kind.INCOMING;
        }

        /** Of a stream that the far end asked for and that never was. */
        HalfClosed(int hop, StreamFlow flow) {
            this.hop = hop;
            this.begin = 0;
            this.kind = DataStream.Kind.INCOMING;
            this.flow = flow;
        }

        @Override
        public int hop() {
            return hop;
        }
    }

    private final StreamCarrier carrier;
    private final Ticker ticker;
    private final Map<Integer, Entry> entries = new HashMap<>();
    private final HalfClosedStreams halfClosed = new HalfClosedStreams();
    private final List<DataStream> batch = new ArrayList<>(); // got DATA since the last batch ended
    private int nextId;
    private int live; // open streams and look-ups
    private int lastId; // of the entry that got the last DATA
    private Live last;

    StreamTable(StreamCarrier carrier, Ticker ticker, RandomSource random) {
        this.carrier = carrier;
        this.ticker = ticker;
        this.nextId = 1 + random.nextInt(MAX_STREAM_ID);
    }

    /** Open streams and look-ups under way. */
    int liveCount() {
        return live;
    }

    /** A new stream to the hop; null if all IDs are in use. */
    DataStream newStream(DataStream.Kind kind, int hop) {
        int id = takeId();
        if (id == 0) {
            return null;
        }
        DataStream stream = new DataStream(carrier, ticker, kind, hop, id);
        entries.put(id, new Live(stream, halfClosed.onBegin()));
        live++;
        return stream;
    }

    /** A new look-up at the hop: its ID, or 0 if all are in use. */
    int newResolve(int hop, CompletableFuture<Resolved> answer) {
        int id = takeId();
        if (id != 0) {
            entries.put(id, new Resolving(hop, answer, halfClosed.onBegin()));
            live++;
        }
        return id;
    }

    /** Nobody waits for the look-up any more; its answer may still come. */
    void forgetResolve(int id, CompletableFuture<Resolved> answer) {
        if (entries.get(id) instanceof Resolving resolving && resolving.answer() == answer) {
            entries.put(id, new HalfClosed(resolving));
            live--;
        }
    }

    /** We ended the stream. */
    void halfClosed(DataStream stream) {
        int id = stream.streamId();
        if (entries.get(id) instanceof Live ended && ended.stream() == stream) {
            entries.put(id, new HalfClosed(stream, ended.begin()));
            if (stream.kind() == DataStream.Kind.INCOMING) {
                halfClosed.onEndOfIncoming(id);
            } else {
                halfClosed.onEnd(id, stream.hop());
            }
            halfClosed.free(this::remove);
            forgetLast(id);
            live--;
        }
    }

    // Streams that the far end opens.

    /** The last hop may open streams, so many at a time. */
    void rememberIncoming(int maxStreams) {
        halfClosed.rememberIncoming(maxStreams);
    }

    /**
     * The far end opens a stream: the ID must not be in use. One that we ended is free from the moment when the far end
     * has heard of that, of which it tells us by nothing else.
     */
    void checkFree(int streamId) throws ProtocolViolation {
        Entry entry = entries.get(streamId);
        if (entry instanceof HalfClosed half && half.kind == DataStream.Kind.INCOMING) {
            remove(streamId);
            halfClosed.remove(streamId);
        } else if (entry != null) {
            throw new ProtocolViolation("BEGIN with the ID of another stream");
        }
    }

    /** The stream of an ID that is free, which waits for our answer. */
    DataStream newIncoming(int hop, int streamId) {
        DataStream stream = new DataStream(carrier, ticker, DataStream.Kind.INCOMING, hop, streamId);
        entries.put(streamId, new Live(stream, 0));
        live++;
        return stream;
    }

    /** We end what would be the stream of an ID that is free; data may be on its way already. */
    void addRefused(int hop, int streamId) {
        entries.put(streamId, new HalfClosed(hop, carrier.flow(hop).newStreamFlow()));
        halfClosed.onEndOfIncoming(streamId);
        halfClosed.free(this::remove);
    }

    /** DATA from a hop; the circuit has counted it. */
    void onData(int hop, int streamId, byte[] body, int offset, int length)
            throws ProtocolViolation, FlowViolationException {
        if (last == null || lastId != streamId) {
            Entry entry = find(hop, streamId);
            if (entry instanceof HalfClosed half) {
                if (half.flow == null || half.connectedOwed) {
                    throw new ProtocolViolation("DATA on a stream that cannot have any");
                }
                half.flow.onDataReceived();
                return;
            }
            if (!(entry instanceof Live found)) {
                throw new ProtocolViolation("DATA as the answer to RESOLVE");
            }
            last = found;
            lastId = streamId;
        } else if (last.hop() != hop) {
            throw new ProtocolViolation("a message for a stream of another hop");
        }
        DataStream stream = last.stream();
        if (!stream.onData(body, offset, length)) {
            throw new ProtocolViolation("DATA before CONNECTED");
        }
        if (batch.isEmpty() || !batch.contains(stream)) {
            batch.add(stream);
        }
    }

    /** Wakes the readers of the streams that got DATA. */
    void onBatchEnd() {
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).onBatchEnd();
        }
        batch.clear();
    }

    /** Whether the ID is one of a stream to a directory, whose CONNECTED is not to be looked into. */
    boolean isDirectory(int streamId) {
        Entry entry = entries.get(streamId);
        return (entry instanceof Live open && open.stream().kind() == DataStream.Kind.DIRECTORY)
                || (entry instanceof HalfClosed half && half.kind == DataStream.Kind.DIRECTORY);
    }

    /** Any other message of a stream: CONNECTED, END, RESOLVED or a stream-level SENDME. */
    void onMessage(int hop, int streamId, RelayMessage message) throws ProtocolViolation, FlowViolationException {
        Entry entry = find(hop, streamId);
        if (entry instanceof Live open) {
            onLive(streamId, open, message);
        } else if (entry instanceof Resolving resolving) {
            onResolving(streamId, resolving, message);
        } else if (entry instanceof HalfClosed half) {
            onHalfClosed(streamId, half, message);
        } else {
            throw new IllegalStateException("unexpected entry " + entry);
        }
    }

    private void onLive(int streamId, Live open, RelayMessage message)
            throws ProtocolViolation, FlowViolationException {
        DataStream stream = open.stream();
        if (message instanceof Connected connected) {
            if (!stream.onConnected(connected)) {
                throw new ProtocolViolation("CONNECTED twice");
            }
            halfClosed.onAnswer(open.hop(), open.begin());
        } else if (message instanceof End end) {
            remove(streamId);
            halfClosed.onAnswer(open.hop(), open.begin());
            live--;
            stream.onEnd(end);
        } else if (message instanceof Sendme) {
            stream.onSendme();
        } else {
            throw unexpected(message);
        }
    }

    private void onResolving(int streamId, Resolving resolving, RelayMessage message) throws ProtocolViolation {
        if (message instanceof Resolved resolved) {
            carrier.afterUnlock(() -> resolving.answer().complete(resolved));
        } else if (message instanceof End end) {
            StreamException ended = StreamException.ended(end);
            carrier.afterUnlock(() -> resolving.answer().completeExceptionally(ended));
        } else {
            throw unexpected(message);
        }
        remove(streamId);
        halfClosed.onAnswer(resolving.hop(), resolving.begin());
        live--;
    }

    private void onHalfClosed(int streamId, HalfClosed half, RelayMessage message)
            throws ProtocolViolation, FlowViolationException {
        if (message instanceof End || (half.flow == null && message instanceof Resolved)) {
            remove(streamId);
            halfClosed.remove(streamId);
            halfClosed.onAnswer(half.hop(), half.begin);
        } else if (message instanceof Connected connected && half.connectedOwed && half.kind.accepts(connected)) {
            half.connectedOwed = false;
            halfClosed.onAnswer(half.hop(), half.begin);
        } else if (half.flow != null && message instanceof Sendme) {
            half.flow.onSendme();
        } else {
            throw unexpected(message);
        }
    }

    /** A hop's circuit window opened: whoever waits for it may go on. */
    void onCircuitWindow(int hop) {
        for (Entry entry : entries.values()) {
            if (entry instanceof Live open && open.hop() == hop) {
                open.stream().onCircuitWindow();
            }
        }
    }

    /** The circuit is closed: every stream and look-up hears of it, once. */
    void closeAll(CircuitException cause) {
        ImmutableList<Entry> all = ImmutableList.copyOf(entries.values());
        DataStream.Unread unread =
                cause.kind() == CircuitException.Kind.MEMORY ? DataStream.Unread.DROPPED : DataStream.Unread.KEPT;
        entries.clear();
        halfClosed.clear();
        batch.clear();
        last = null;
        live = 0;
        for (Entry entry : all) {
            if (entry instanceof Live open) {
                open.stream().onCircuitClosed(cause, unread);
            } else if (entry instanceof Resolving resolving) {
                carrier.afterUnlock(() -> resolving.answer().completeExceptionally(StreamException.circuit(cause)));
            }
        }
    }

    private Entry find(int hop, int streamId) throws ProtocolViolation {
        Entry entry = entries.get(streamId);
        if (entry == null) {
            throw new ProtocolViolation("a message for a stream that was never opened, or has ended");
        }
        if (entry.hop() != hop) {
            throw new ProtocolViolation("a message for a stream of another hop");
        }
        return entry;
    }

    private void remove(int streamId) {
        entries.remove(streamId);
        forgetLast(streamId);
    }

    private void forgetLast(int streamId) {
        if (lastId == streamId) {
            last = null;
            lastId = 0;
        }
    }

    private int takeId() {
        if (entries.size() >= MAX_ENTRIES) {
            return 0;
        }
        do {
            nextId = nextId == MAX_STREAM_ID ? 1 : nextId + 1;
        } while (entries.containsKey(nextId));
        return nextId;
    }

    private static ProtocolViolation unexpected(RelayMessage message) {
        return new ProtocolViolation(message.command() + " on a stream that is not in a state for it");
    }
}
