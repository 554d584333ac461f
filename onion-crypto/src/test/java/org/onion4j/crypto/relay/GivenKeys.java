package org.onion4j.crypto.relay;

import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.handshake.KeyStream;

/** Key material of a test vector. */
final class GivenKeys implements KeyStream {
    private final byte[] material;
    private int at;

    GivenKeys(Bytes material) {
        this.material = material.toArray();
    }

    @Override
    public SecretBytes next(int length) {
        at += length;
        return SecretBytes.adopt(Arrays.copyOfRange(material, at - length, at));
    }

    /** How much of it nobody asked for. */
    int left() {
        return material.length - at;
    }

    @Override
    public void close() {
        Arrays.fill(material, (byte) 0);
    }
}
