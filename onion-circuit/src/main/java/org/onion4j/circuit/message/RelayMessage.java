package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * What a relay message says, apart from its stream ID: one immutable record for each command. Spec: tor-spec, "Relay
 * cells" and the sections of each message. DATA has a type for completeness; circuits copy it from the decrypted body
 * straight into the stream's buffer, with the help of {@link RelayBody}.
 */
public sealed interface RelayMessage
        permits Begin,
                BeginDir,
                Connected,
                Data,
                Drop,
                End,
                EstablishIntro,
                EstablishRendezvous,
                Extend2,
                Extended2,
                IntroEstablished,
                Introduce1,
                Introduce2,
                IntroduceAck,
                PaddingNegotiate,
                PaddingNegotiated,
                Rendezvous1,
                Rendezvous2,
                RendezvousEstablished,
                Resolve,
                Resolved,
                Sendme,
                Truncate,
                Truncated,
                UnknownMessage,
                Xoff,
                Xon {
    /** The command that marks such a message. */
    RelayCommand command();

    /** Writes the data of the message: not its header, no padding. */
    void encode(WireWriter out);

    /**
     * Reads the data of a message. Bytes after the last field are passed over, since later versions of the protocol
     * may put something there. A command without a type of its own gives an {@link UnknownMessage}; whether a command
     * may come at all where it came is not looked at.
     *
     * @param streamId of the message; it decides what a SENDME means
     * @param data belongs to the caller; what the message needs is copied
     * @throws WireFormatException if the data is shorter than its fields or holds a value out of range, which closes
     *     the circuit
     */
    static RelayMessage decode(RelayCommand command, int streamId, byte[] data, int offset, int length)
            throws WireFormatException {
        return RelayMessages.decode(command, streamId, new WireReader(data, offset, length));
    }
}
