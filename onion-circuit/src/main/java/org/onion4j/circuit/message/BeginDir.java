package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.WireWriter;

/**
 * BEGIN_DIR: asks a relay for a stream to its own directory. Spec: tor-spec, "Opening a directory stream". Data: none;
 * what is there is passed over.
 */
public record BeginDir() implements RelayMessage {
    @Override
    public RelayCommand command() {
        return RelayCommand.BEGIN_DIR;
    }

    @Override
    public void encode(WireWriter out) {}
}
