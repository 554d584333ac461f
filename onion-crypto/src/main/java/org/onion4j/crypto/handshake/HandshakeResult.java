package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;

/**
 * What a finished handshake leaves the client with: the key material of the new hop, and what the relay said with its
 * answer. Closing it wipes the key material that is left; keys already taken belong to whoever took them.
 *
 * <p>Threading: confined to one thread at a time.
 */
public final class HandshakeResult implements AutoCloseable {
    private final KeyStream keys;
    private final Bytes serverMessage;

    /** Takes over the key stream. */
    public HandshakeResult(KeyStream keys, Bytes serverMessage) {
        this.keys = keys;
        this.serverMessage = serverMessage;
    }

    /** The circuit's key material from its beginning, in the order in which a hop's encryption takes it. */
    public KeyStream keys() {
        return keys;
    }

    /** The relay's message of an ntor-v3 handshake, decrypted and authentic; empty for the handshakes without one. */
    public Bytes serverMessage() {
        return serverMessage;
    }

    @Override
    public void close() {
        keys.close();
    }
}
