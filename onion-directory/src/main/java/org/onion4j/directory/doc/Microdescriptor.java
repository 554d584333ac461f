package org.onion4j.directory.doc;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;

/**
 * What a client must know of a relay beside its entry in the consensus. The consensus vouches for it by its digest.
 * Spec: dir-spec, "Computing microdescriptors".
 *
 * @param digest SHA-256 of the text, 32 bytes
 * @param ntorOnionKey the X25519 key for circuit handshakes, 32 bytes
 * @param ed25519Identity the relay's Ed25519 identity; ignore it where the consensus has NoEdConsensus
 * @param ipv4Policy the "p" line; {@link PortPolicy#REJECT_ALL} without one
 * @param ipv6Policy the "p6" line; {@link PortPolicy#REJECT_ALL} without one
 * @param family the relays of the "family" line
 * @param familyIds the words of the "family-ids" line, to be compared whole
 */
public record Microdescriptor(
        Bytes digest,
        Bytes ntorOnionKey,
        Optional<Ed25519Identity> ed25519Identity,
        PortPolicy ipv4Policy,
        PortPolicy ipv6Policy,
        RelayFamily family,
        ImmutableList<String> familyIds) {

    /** Size of a digest in bytes. */
    public static final int DIGEST_LEN = 32;

    /** Size of an ntor onion key in bytes. */
    public static final int NTOR_ONION_KEY_LEN = 32;

    public Microdescriptor {
        checkArgument(digest.size() == DIGEST_LEN, "digest of %s bytes", digest.size());
        checkArgument(ntorOnionKey.size() == NTOR_ONION_KEY_LEN, "ntor onion key of %s bytes", ntorOnionKey.size());
    }
}
