package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * One authority's signature under a consensus, not yet verified. Signatures of unknown algorithms are left out when a
 * consensus is read. Spec: dir-spec, "directory-signature".
 *
 * @param algorithm the digest that is signed
 * @param identity SHA-1 of the authority's v3 identity key
 * @param signingKeyDigest SHA-1 of its signing key, 20 bytes
 * @param signature the RSA signature
 */
public record ConsensusSignature(
        DigestAlgorithm algorithm, RsaIdentity identity, Bytes signingKeyDigest, Bytes signature) {}
