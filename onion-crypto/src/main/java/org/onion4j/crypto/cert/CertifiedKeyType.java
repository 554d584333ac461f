package org.onion4j.crypto.cert;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;

/**
 * CERT_KEY_TYPE, what the 32 certified bytes of an Ed25519 certificate are. Numbers without a name are kept. Spec:
 * cert-spec, "List of certified key types".
 *
 * @param wire 0 to 255
 */
@Immutable
public record CertifiedKeyType(int wire) {
    /** An Ed25519 key. */
    public static final CertifiedKeyType ED25519 = new CertifiedKeyType(1);
    /** The SHA-256 digest of an RSA key. */
    public static final CertifiedKeyType SHA256_OF_RSA = new CertifiedKeyType(2);
    /** The SHA-256 digest of an X.509 certificate. */
    public static final CertifiedKeyType SHA256_OF_X509 = new CertifiedKeyType(3);

    public CertifiedKeyType {
        checkArgument(wire >= 0 && wire <= 0xff, "certified key type %s", wire);
    }

    /** The type of a number from 0 to 255. */
    public static CertifiedKeyType ofWire(int wire) {
        return new CertifiedKeyType(wire);
    }

    @Override
    public String toString() {
        return "key type " + wire;
    }
}
