package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * An authority that voted in a consensus, as the consensus names it: no proof by itself. Spec: dir-spec, "dir-source".
 *
 * @param nickname its name
 * @param identity SHA-1 of its v3 identity key
 * @param hostname its host name or address as written
 * @param address its IPv4 address as written
 * @param dirPort its directory port, or 0
 * @param orPort its onion-routing port
 */
public record DirSource(
        String nickname, RsaIdentity identity, String hostname, String address, int dirPort, int orPort) {}
