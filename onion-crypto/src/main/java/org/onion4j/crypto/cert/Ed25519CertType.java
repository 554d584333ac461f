package org.onion4j.crypto.cert;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;

/**
 * CERT_TYPE, what an Ed25519 certificate is for. Numbers without a name are kept. Spec: cert-spec, "List of certificate
 * types".
 *
 * @param wire 0 to 255
 */
@Immutable
public record Ed25519CertType(int wire) {
    /** The identity key certifies the signing key. */
    public static final Ed25519CertType IDENTITY_V_SIGNING = new Ed25519CertType(4);
    /** The signing key certifies the digest of a TLS certificate. */
    public static final Ed25519CertType SIGNING_V_TLS_LINK = new Ed25519CertType(5);
    /** The signing key certifies a key that authenticates a link. */
    public static final Ed25519CertType SIGNING_V_LINK_AUTH = new Ed25519CertType(6);
    /** The blinded key of an onion service certifies its descriptor signing key. */
    public static final Ed25519CertType BLINDED_V_DESCRIPTOR_SIGNING = new Ed25519CertType(8);
    /** The descriptor signing key certifies the authentication key of an introduction point. */
    public static final Ed25519CertType DESCRIPTOR_SIGNING_V_INTRO_AUTH = new Ed25519CertType(9);
    /** The ntor onion key, turned into an Ed25519 key, certifies the identity key. */
    public static final Ed25519CertType ONION_KEY_V_IDENTITY = new Ed25519CertType(10);
    /** The descriptor signing key certifies the encryption key of an introduction point, turned into an Ed25519 key. */
    public static final Ed25519CertType DESCRIPTOR_SIGNING_V_INTRO_ENCRYPTION = new Ed25519CertType(11);
    /** The key of a family of relays certifies the identity key of a member. */
    public static final Ed25519CertType FAMILY_V_IDENTITY = new Ed25519CertType(12);

    public Ed25519CertType {
        checkArgument(wire >= 0 && wire <= 0xff, "certificate type %s", wire);
    }

    /** The type of a number from 0 to 255. */
    public static Ed25519CertType ofWire(int wire) {
        return new Ed25519CertType(wire);
    }

    @Override
    public String toString() {
        return "type " + wire;
    }
}
