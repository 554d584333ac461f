package org.onion4j.testnet.dir;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Who asks a directory, as far as it can tell.
 *
 * @param address the other end of the connection
 */
public record DirClient(Optional<InetAddress> address, Way way) {
    /** How the client reaches the directory. */
    public enum Way {
        /** By plain HTTP. */
        DIR_PORT,
        /** By a stream in a circuit of one hop, as far as the directory knows. */
        ONE_HOP,
        /** By a stream in a circuit whose last hop isn't the client's first. */
        ANONYMOUS
    }
}
