package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.X25519;

/** The keys by which a relay answers circuit handshakes. On the relay's loop. */
public interface RelayKeys {
    RsaIdentity rsaIdentity();

    Ed25519Identity ed25519Identity();

    /** The ntor onion keys that it still takes, the newest first; they stay their owner's. */
    ImmutableList<X25519> onionKeys();
}
