package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * DATA: bytes of a stream. Spec: tor-spec, "Opening streams and transferring data". Data: the bytes, at most
 * {@link RelayBody#MAX_DATA_LEN}, perhaps none. Holds a copy; who moves many of them works on the body itself.
 *
 * @param bytes of the application
 */
public record Data(Bytes bytes) implements RelayMessage {
    static Data decode(WireReader in) {
        return new Data(in.rest());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.DATA;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(bytes);
    }

    /** Without the bytes, which are the application's. */
    @Override
    public String toString() {
        return "Data(" + bytes.size() + " bytes)";
    }
}
