package org.onion4j.circuit;

import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.stream.DataStream;

/**
 * A stream that the client of an onion service has asked for and that waits for the service's answer. Until there is one
 * it counts as a stream of the circuit, and what the client sends already is kept, within the windows. Any thread may
 * call. Spec: tor-spec, "Opening streams and transferring data"; rend-spec-v3, "Using handshake key material".
 */
public interface IncomingStream {
    /** What the client asked for: the port counts, the address (mostly empty) and the flags mean nothing to a service. */
    Begin begin();

    /** The circuit that it came on: one client's, who may have others. Closing it ends all streams of it. */
    Circuit circuit();

    /** Whether the client still waits for an answer: neither it nor we have ended the stream, nor has it been accepted. */
    boolean isWaiting();

    /**
     * Tells the client that it is connected. The stream is open at once; if it, or its circuit, has ended meanwhile,
     * reading and writing say so, but what had arrived can be read. Again: the same stream and no effect.
     */
    DataStream accept();

    /** Ends the stream without connecting. No effect where it has been accepted or has ended. */
    void reject(EndReason reason);
}
