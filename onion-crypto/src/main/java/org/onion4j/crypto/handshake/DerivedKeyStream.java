package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.KeyExpansion;

/** The output of a key derivation function as circuit key material. */
final class DerivedKeyStream implements KeyStream {
    private final KeyExpansion expansion;

    DerivedKeyStream(KeyExpansion expansion) {
        this.expansion = expansion;
    }

    @Override
    public SecretBytes next(int length) {
        byte[] piece = new byte[length];
        expansion.fill(piece);
        return SecretBytes.adopt(piece);
    }

    @Override
    public void close() {
        expansion.close();
    }
}
