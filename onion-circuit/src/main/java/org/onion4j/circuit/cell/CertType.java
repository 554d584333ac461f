package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;

/**
 * What a certificate in a CERTS cell certifies. Spec: tor-spec, "CERTS cells". Equal where the number is equal.
 *
 * @param wire the number on the wire, 0 to 255
 */
@Immutable
public record CertType(int wire) {
    /** X.509: the TLS link key, by the RSA identity. */
    public static final CertType RSA_LINK = new CertType(1);
    /** X.509: the RSA identity, self-signed. */
    public static final CertType RSA_IDENTITY = new CertType(2);
    /** X.509: a key for AUTHENTICATE, by the RSA identity. */
    public static final CertType RSA_AUTHENTICATE = new CertType(3);
    /** Ed25519 signing key, by the Ed25519 identity. */
    public static final CertType ED25519_SIGNING = new CertType(4);
    /** Digest of the TLS certificate, by the Ed25519 signing key. */
    public static final CertType ED25519_TLS_LINK = new CertType(5);
    /** A key for AUTHENTICATE, by the Ed25519 signing key. */
    public static final CertType ED25519_AUTHENTICATE = new CertType(6);
    /** The Ed25519 identity, by the RSA identity; in a format of its own. */
    public static final CertType RSA_ED25519_CROSS = new CertType(7);

    public CertType {
        checkArgument(wire >= 0 && wire <= 0xff, "certificate type %s", wire);
    }

    /** The type of a number from 0 to 255, whether or not it is known. */
    public static CertType ofWire(int wire) {
        return new CertType(wire);
    }

    /** Whether the specification defines this number. */
    public boolean isKnown() {
        return wire >= 1 && wire <= 7;
    }
}
