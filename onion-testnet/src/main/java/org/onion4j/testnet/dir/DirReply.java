package org.onion4j.testnet.dir;

/** Where the answers of a directory go. Called by the thread that gave the request, or by that of the scheduler. */
public interface DirReply {
    /** Sends bytes; the array is not the caller's any more. */
    void send(byte[] bytes);

    /** All has been sent. */
    void end();
}
