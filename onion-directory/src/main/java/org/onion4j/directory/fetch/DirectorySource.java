package org.onion4j.directory.fetch;

import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.network.DirectoryServer;
import org.onion4j.directory.view.Relay;

/** A relay to ask for directory documents. */
public sealed interface DirectorySource {
    /** Whoever answers must prove to have this identity. */
    RsaIdentity rsaIdentity();

    /**
     * One that is known before any document is.
     *
     * @param server an authority or a fallback
     */
    record Configured(DirectoryServer server) implements DirectorySource {
        @Override
        public RsaIdentity rsaIdentity() {
            return server.rsaIdentity();
        }

        /** Names the kind alone. */
        @Override
        public String toString() {
            return "configured directory";
        }
    }

    /**
     * One that the consensus lists.
     *
     * @param relay as the view of the moment has it; its microdescriptor may be missing
     */
    record Listed(Relay relay) implements DirectorySource {
        @Override
        public RsaIdentity rsaIdentity() {
            return relay.rsaIdentity();
        }

        /** Names the kind alone. */
        @Override
        public String toString() {
            return "listed directory";
        }
    }
}
