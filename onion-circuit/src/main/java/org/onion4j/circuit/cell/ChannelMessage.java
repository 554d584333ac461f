package org.onion4j.circuit.cell;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * What a cell says, apart from the circuit it belongs to: one immutable record for each command. Spec: tor-spec, "Cell
 * Packet format" and the sections of each cell. RELAY cells have a type for completeness; circuits handle their bodies
 * as they lie in the channel's buffer.
 */
public sealed interface ChannelMessage
        permits AuthChallenge,
                Authenticate,
                Certs,
                Create2,
                CreateFast,
                Created2,
                CreatedFast,
                Destroy,
                Netinfo,
                Padding,
                PaddingNegotiate,
                RelayCell,
                RelayEarlyCell,
                UnknownCell,
                Versions,
                Vpadding {
    /** The command that marks such a cell. */
    CellCommand command();

    /** Writes the body, without the zero bytes that fill up a cell of fixed length. */
    void encode(WireWriter out);

    /**
     * Reads the body of a cell. Bytes after the last field are padding, or fields of a later version of the protocol,
     * and are passed over; VERSIONS alone has none. A command without a type of its own gives an {@link UnknownCell}.
     *
     * @throws WireFormatException if the body is shorter than its fields or holds a value out of range; for a cell of
     *     a circuit this closes the circuit, for others the channel
     */
    static ChannelMessage decode(CellCommand command, WireReader body) throws WireFormatException {
        return ChannelMessages.decode(command, body);
    }
}
