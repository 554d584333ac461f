package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.Bytes;

/**
 * The relay's half of a handshake, done: what to answer, and the keys. Closing it wipes the key material that is left.
 *
 * <p>Threading: confined to one thread at a time.
 */
public final class ServerReply implements AutoCloseable {
    private final Bytes reply;
    private final KeyStream keys;

    ServerReply(Bytes reply, KeyStream keys) {
        this.reply = reply;
        this.keys = keys;
    }

    /** HDATA of CREATED2, or the body of CREATED_FAST without padding. */
    public Bytes reply() {
        return reply;
    }

    /** The circuit's key material from its beginning. */
    public KeyStream keys() {
        return keys;
    }

    @Override
    public void close() {
        keys.close();
    }
}
