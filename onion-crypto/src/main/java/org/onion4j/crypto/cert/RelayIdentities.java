package org.onion4j.crypto.cert;

import com.google.errorprone.annotations.Immutable;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Both identities of one relay, proven to belong together. */
@Immutable
public record RelayIdentities(RsaIdentity rsa, Ed25519Identity ed25519) {}
