package org.onion4j.testnet.relay;

import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.flow.StreamFlow;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.Sendme;

/**
 * A stream that ends at this relay. What comes from the far side is sent as DATA as far as the windows of stream and
 * circuit and the link's queue allow; what they don't let pass waits here, and the far side is not read meanwhile.
 * Spec: tor-spec, "Opening streams and transferring data", "Closing streams", "Flow control". On the relay's loop.
 */
abstract class EdgeStream {
    private final RelayCore core;
    private final RelayCircuit circuit;
    private final EdgeStreams streams;
    private final int streamId;
    private final StreamFlow flow;
    private final ByteQueue waiting = new ByteQueue();
    private final Runnable pump = this::pump;
    private boolean paused;
    private EndReason endWhenSent; // null until the far side has ended
    private boolean ended;

    EdgeStream(RelayCore core, RelayCircuit circuit, EdgeStreams streams, int streamId) {
        this.core = core;
        this.circuit = circuit;
        this.streams = streams;
        this.streamId = streamId;
        this.flow = circuit.flow().newStreamFlow();
    }

    RelayCore core() {
        return core;
    }

    RelayCircuit circuit() {
        return circuit;
    }

    int streamId() {
        return streamId;
    }

    boolean isEnded() {
        return ended;
    }

    // What the far side is told; none of these is called after the end.

    /** Bytes from the client; the array is the caller's again after this call. */
    abstract void toFarSide(byte[] bytes, int offset, int length);

    /** How many bytes from the client wait for the far side. */
    abstract int waitingForFarSide();

    /** Whether the client has been told that the stream is open. */
    abstract boolean isConnected();

    /** Read no more for now. */
    abstract void pauseFarSide();

    /** Read again. */
    abstract void resumeFarSide();

    /** The client has closed the stream, or the circuit is gone: what waits is still delivered. */
    abstract void closeFarSide();

    // From the far side.

    /** Bytes for the client; the array is the caller's again after this call. */
    final void fromFarSide(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && waiting.isEmpty() && mayPackage()) {
            int part = Math.min(RelayBody.MAX_DATA_LEN, end - at);
            send(bytes, at, part);
            at += part;
        }
        if (at < end && !ended) {
            waiting.add(bytes, at, end - at);
            pause();
        }
    }

    /** Bytes for the client in an array that nobody changes any more. */
    final void adoptFromFarSide(byte[] bytes) {
        if (!ended) {
            waiting.adopt(bytes);
            pump();
        }
    }

    /** No more will come from the far side; the stream ends once all has been sent. */
    final void farSideEnded(EndReason reason) {
        if (!ended && endWhenSent == null) {
            endWhenSent = reason;
            pump();
        }
    }

    /** Sends what may be sent now, and reads again if all could be. */
    final void pump() {
        while (!ended && !waiting.isEmpty() && mayPackage()) {
            int length = waiting.take(core.data(), 0, RelayBody.MAX_DATA_LEN);
            send(core.data(), 0, length);
        }
        if (ended || !waiting.isEmpty()) {
            return;
        }
        if (endWhenSent != null) {
            streams.end(this, endWhenSent);
        } else if (paused) {
            paused = false;
            resumeFarSide();
        }
    }

    private boolean mayPackage() {
        if (ended
                || circuit.isClosed()
                || !isConnected()
                || !flow.canReserve()
                || !circuit.flow().canReserve()) {
            return false; // goes on at a SENDME, or when connected
        }
        if (circuit.isCongested()) {
            circuit.previousLink().whenDrained(pump);
            return false;
        }
        return true;
    }

    private void send(byte[] bytes, int offset, int length) {
        flow.reserve();
        circuit.flow().reserve();
        circuit.sendData(streamId, bytes, offset, length);
    }

    private void pause() {
        if (!paused) {
            paused = true;
            pauseFarSide();
        }
    }

    // From the client.

    final void onData(byte[] bytes, int offset, int length) throws FlowViolationException {
        flow.onDataReceived();
        toFarSide(bytes, offset, length);
        acknowledge();
    }

    /** Sends the SENDMEs that are due, unless the far side reads too slowly or the stream isn't open yet. */
    final void acknowledge() {
        if (ended || !isConnected()) {
            return;
        }
        for (int due = flow.sendmesDue(waitingForFarSide()); due > 0; due--) {
            circuit.send(streamId, Sendme.withoutTag());
        }
    }

    /** A SENDME; dropped while the stream isn't open. */
    final void onSendme() throws FlowViolationException {
        if (isConnected()) {
            flow.onSendme();
            pump();
        }
    }

    /** The stream is over: nothing more goes to the client. */
    final void close() {
        if (!ended) {
            ended = true;
            waiting.clear();
            if (!circuit.isClosed()) {
                circuit.previousLink().forget(pump);
            }
            closeFarSide();
        }
    }
}
