package org.onion4j.circuit.message;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * INTRODUCE2: what an introduction point tells its onion service: INTRODUCE1 as it came. Spec: rend-spec-v3,
 * "Introduction from introduction point to service". Data: {@link Introduction}.
 *
 * @param authKey Ed25519 key of the introduction point, 32 bytes
 * @param extensions at most 255
 * @param encrypted for the service, at least 1 byte
 */
public record Introduce2(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted)
        implements RelayMessage {
    public Introduce2 {
        Introduction.check(authKey, extensions, encrypted);
    }

    static Introduce2 decode(WireReader in) throws WireFormatException {
        Introduction body = Introduction.decode(in, RelayCommand.INTRODUCE2);
        return new Introduce2(body.authKey(), body.extensions(), body.encrypted());
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.INTRODUCE2;
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
        return "Introduce2(" + encrypted.size() + " bytes)";
    }
}
