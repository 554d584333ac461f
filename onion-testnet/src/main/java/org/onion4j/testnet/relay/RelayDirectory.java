package org.onion4j.testnet.relay;

import java.util.Optional;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/** What a relay knows of the network, and how it serves directory requests. On the relay's loop. */
public interface RelayDirectory {
    /** Knows nothing and serves nothing. */
    RelayDirectory NONE = new RelayDirectory() {};

    /** The Ed25519 identity that the relay's consensus has for an RSA identity. */
    default Optional<Ed25519Identity> ed25519Of(RsaIdentity identity) {
        return Optional.empty();
    }

    /**
     * A stream that BEGIN_DIR opened; nothing if the relay is no directory.
     *
     * @param previous who is on the client's side of the circuit
     */
    default Optional<DirectorySession> open(LinkPeer previous, DirectoryReply reply) {
        return Optional.empty();
    }

    /** Takes the bytes of a client's requests. */
    interface DirectorySession {
        /** Some of them; the array is the caller's again after this call. */
        void onBytes(byte[] bytes, int offset, int length);

        /** The client has closed the stream; {@link DirectoryReply} is not to be used any more, but may be. */
        void onClosed();
    }

    /** Where the answer goes. */
    interface DirectoryReply {
        /** Sends bytes, which are copied, or kept for later and must not change: the array is not the caller's any more. */
        void send(byte[] bytes);

        /** All has been sent. */
        void end();
    }
}
