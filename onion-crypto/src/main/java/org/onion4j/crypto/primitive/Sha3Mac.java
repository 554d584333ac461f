package org.onion4j.crypto.primitive;

import org.onion4j.crypto.bytes.WireWriter;

/**
 * The MAC of onion services: SHA3-256 of the length of the key (8 bytes), the key and the message. Spec: rend-spec-v3,
 * "Cryptographic building blocks". Any thread.
 */
public final class Sha3Mac {
    /** Size of a MAC in bytes. */
    public static final int LEN = Digests.SHA256_LEN;

    private Sha3Mac() {}

    /** The MAC of the parts joined end to end, as an array of the caller's; the key stays the caller's to wipe. */
    public static byte[] of(byte[] key, byte[]... parts) {
        byte[][] all = new byte[parts.length + 2][];
        all[0] = new WireWriter().u64(key.length).toArray();
        all[1] = key;
        System.arraycopy(parts, 0, all, 2, parts.length);
        return Digests.sha3Array(all);
    }
}
