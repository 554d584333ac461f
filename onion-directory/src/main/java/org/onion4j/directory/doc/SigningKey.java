package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * Names an authority's signing key, so that its certificate can be asked for.
 *
 * @param identity SHA-1 of the authority's v3 identity key
 * @param digest SHA-1 of the signing key, 20 bytes
 */
public record SigningKey(RsaIdentity identity, Bytes digest) {}
