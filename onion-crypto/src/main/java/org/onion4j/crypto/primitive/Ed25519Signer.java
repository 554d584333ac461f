package org.onion4j.crypto.primitive;

import org.onion4j.crypto.bytes.Bytes;

/** A key that makes Ed25519 signatures: an ordinary one or a blinded one. Not for more than one thread. */
public interface Ed25519Signer {
    /** The public key that the signatures are good under, {@link Ed25519#PUBLIC_KEY_LEN} bytes. */
    Bytes publicKey();

    /** The signature of a message, {@link Ed25519#SIGNATURE_LEN} bytes. */
    Bytes sign(Bytes message);
}
