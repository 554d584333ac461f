package org.onion4j.circuit.message;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * INTRODUCE1: a client asks an introduction point to tell an onion service something. Spec: rend-spec-v3,
 * "Introduction from client to introduction point". Data: {@link Introduction}.
 *
 * @param authKey Ed25519 key of the introduction point, 32 bytes
 * @param extensions at most 255
 * @param encrypted for the service, at least 1 byte
 */
public record Introduce1(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted)
        implements RelayMessage {
    public Introduce1 {
        Introduction.check(authKey, extensions, encrypted);
    }

    static Introduce1 decode(WireReader in) throws WireFormatException {
        Introduction body = Introduction.decode(in, RelayCommand.INTRODUCE1);
        return new Introduce1(body.authKey(), body.extensions(), body.encrypted());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.INTRODUCE1;
    }

    /** All that stands before ENCRYPTED, which is what its MAC covers too. */
    public static Bytes header(Bytes authKey, ImmutableList<MessageExtension> extensions) {
        return Introduction.header(authKey, extensions);
    }

    @Override
    public void encode(WireWriter out) {
        Introduction.encode(authKey, extensions, encrypted, out);
    }

    /** Without the key, which names an onion service's introduction point. */
    @Override
    public String toString() {
        return "Introduce1(" + encrypted.size() + " bytes)";
    }
}
