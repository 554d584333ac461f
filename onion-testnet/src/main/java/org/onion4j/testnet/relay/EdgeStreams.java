package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.crypto.bytes.WireFormatException;

/**
 * The streams of one circuit that end at this relay. Messages on a stream that isn't there are dropped: the client may
 * not know yet that it has ended. Spec: tor-spec, "Application connections and stream management". On the relay's loop.
 */
final class EdgeStreams {
    private final RelayCore core;
    private final RelayCircuit circuit;
    private final Map<Integer, EdgeStream> streams = new LinkedHashMap<>();
    private final Map<Integer, Resolution> resolutions = new LinkedHashMap<>();

    EdgeStreams(RelayCore core, RelayCircuit circuit) {
        this.core = core;
        this.circuit = circuit;
    }

    /** Whether the client has been told that there is such a stream. */
    boolean isOpen(int streamId) {
        EdgeStream stream = streams.get(streamId);
        return stream != null && stream.isConnected();
    }

    private boolean contains(int streamId) {
        return streams.containsKey(streamId) || resolutions.containsKey(streamId);
    }

    // Opening.

    /** BEGIN. What can't be read ends the stream, not the circuit. */
    void begin(int streamId, byte[] body, int offset, int length) {
        if (contains(streamId)) {
            return;
        }
        Begin begin;
        try {
            begin = (Begin) RelayMessage.decode(RelayCommand.BEGIN, streamId, body, offset, length);
        } catch (WireFormatException e) {
            refuse(streamId, EndReason.TORPROTOCOL);
            return;
        }
        if (begin.address().isEmpty()) { // as to an onion service
            refuse(streamId, EndReason.TORPROTOCOL);
            return;
        }
        circuit.trace().destination(new Destination(Destination.Kind.STREAM, begin.address(), begin.port()));
        if (circuit.previousLink().peer().isClient()) {
            refuse(streamId, EndReason.TORPROTOCOL); // a circuit of one hop to the outside would betray its client
            return;
        }
        ExitStream stream = new ExitStream(core, circuit, this, streamId, begin);
        streams.put(streamId, stream);
        stream.open();
    }

    /** BEGIN_DIR. */
    void beginDirectory(int streamId) {
        if (contains(streamId)) {
            return;
        }
        circuit.trace().destination(new Destination(Destination.Kind.DIRECTORY, "", 0));
        DirectoryStream stream = new DirectoryStream(core, circuit, this, streamId);
        Optional<RelayDirectory.DirectorySession> session = circuit.purpose() == RelayCircuit.Purpose.GENERAL
                ? core.directory().open(circuit.previousLink().peer(), stream)
                : Optional.empty();
        if (!session.isPresent()) {
            refuse(streamId, EndReason.NOTDIRECTORY);
            return;
        }
        stream.open(session.get()); // before anything is sent: a script may close the circuit then
        streams.put(streamId, stream);
        circuit.send(streamId, Connected.withoutAddress());
    }

    /** RESOLVE. What can't be read is a name that nobody has. */
    void resolve(int streamId, byte[] body, int offset, int length) {
        if (contains(streamId) || circuit.purpose() != RelayCircuit.Purpose.GENERAL) {
            return;
        }
        try {
            Resolve question = (Resolve) RelayMessage.decode(RelayCommand.RESOLVE, streamId, body, offset, length);
            circuit.trace().destination(new Destination(Destination.Kind.LOOKUP, question.name(), 0));
            Resolution resolution = new Resolution(core, circuit, this, streamId);
            resolutions.put(streamId, resolution);
            resolution.begin(question.name());
        } catch (WireFormatException e) {
            circuit.send(streamId, Resolution.error(Resolved.ERROR_NONTRANSIENT));
        }
    }

    private void refuse(int streamId, EndReason reason) {
        circuit.send(streamId, End.of(reason));
    }

    // What the client says on a stream.

    void onData(int streamId, byte[] body, int offset, int length) throws FlowViolationException {
        EdgeStream stream = streams.get(streamId);
        if (stream != null) {
            stream.onData(body, offset, length);
        }
    }

    void onSendme(int streamId) throws FlowViolationException {
        EdgeStream stream = streams.get(streamId);
        if (stream != null) {
            stream.onSendme();
        }
    }

    /** An END; without a reason it closes the circuit. */
    void onEnd(int streamId, int length) throws WireFormatException {
        if (length == 0) {
            throw new WireFormatException("END without a reason");
        }
        resolutions.remove(streamId);
        EdgeStream stream = streams.remove(streamId);
        if (stream != null) {
            stream.close();
        }
    }

    /** The circuit's window is open again: each stream gets a turn, another one first each time. */
    void onCircuitWindow() {
        for (EdgeStream stream : ImmutableList.copyOf(streams.values())) {
            stream.pump();
        }
        if (streams.size() > 1) {
            Map.Entry<Integer, EdgeStream> first = streams.entrySet().iterator().next();
            int id = first.getKey();
            EdgeStream stream = first.getValue();
            streams.remove(id);
            streams.put(id, stream);
        }
    }

    // What streams say.

    /** Ends a stream for a reason that stands alone. */
    void end(EdgeStream stream, EndReason reason) {
        end(stream, End.of(reason));
    }

    void end(EdgeStream stream, End end) {
        if (streams.remove(stream.streamId(), stream)) {
            circuit.send(stream.streamId(), end);
            stream.close();
        }
    }

    /** A look-up is over; false if nobody waits for it any more. */
    boolean finish(Resolution resolution) {
        return resolutions.remove(resolution.streamId(), resolution);
    }

    /** The circuit is gone. */
    void closeAll() {
        ImmutableList<EdgeStream> all = ImmutableList.copyOf(streams.values());
        streams.clear();
        resolutions.clear();
        all.forEach(EdgeStream::close);
    }
}
