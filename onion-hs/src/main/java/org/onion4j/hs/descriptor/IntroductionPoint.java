package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A relay through which an onion service can be told something. Immutable. Spec: rend-spec-v3, "Second layer plaintext
 * format".
 *
 * @param linkSpecifiers how to reach the relay
 * @param onionKey the relay's ntor onion key, 32 bytes
 * @param authKey Ed25519 key by which the relay knows the service, 32 bytes
 * @param encryptionKey X25519 key of the service for what goes through this relay, 32 bytes
 */
public record IntroductionPoint(
        ImmutableList<LinkSpecifier> linkSpecifiers, Bytes onionKey, Bytes authKey, Bytes encryptionKey) {
    /** Names neither the relay nor the keys. */
    @Override
    public String toString() {
        return "IntroductionPoint";
    }
}
