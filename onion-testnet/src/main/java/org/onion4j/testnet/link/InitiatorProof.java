package org.onion4j.testnet.link;

import java.time.Instant;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.cert.RsaEd25519CrossCertificate;
import org.onion4j.crypto.cert.RsaIdentityCertificate;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * What the CERTS cell of an initiator says of it: proven once AUTHENTICATE has been signed with the key. Immutable. Spec:
 * tor-spec, "CERTS cells".
 *
 * @param rsa its RSA identity key
 * @param authenticationKey the key that must sign AUTHENTICATE, 32 bytes
 */
record InitiatorProof(RsaPublicKey rsa, RelayIdentities identities, Bytes authenticationKey) {
    /**
     * Checks certificates 2, 4, 6 and 7.
     *
     * @throws LinkException if they don't prove what they are to prove
     */
    static InitiatorProof check(Certs certs, Instant now) throws LinkException {
        try {
            Ed25519Certificate signing = Ed25519Certificate.decode(body(certs, CertType.ED25519_SIGNING));
            Ed25519Certificate link = Ed25519Certificate.decode(body(certs, CertType.ED25519_AUTHENTICATE));
            RsaIdentityCertificate rsa = RsaIdentityCertificate.decode(body(certs, CertType.RSA_IDENTITY));
            RsaEd25519CrossCertificate cross =
                    RsaEd25519CrossCertificate.decode(body(certs, CertType.RSA_ED25519_CROSS));
            Ed25519Identity identity =
                    new Ed25519Identity(signing.verifySelfNamed(Ed25519CertType.IDENTITY_V_SIGNING, now));
            link.verify(Ed25519CertType.SIGNING_V_LINK_AUTH, signing.certifiedKey(), now);
            if (!signing.certifiedKeyType().equals(CertifiedKeyType.ED25519)
                    || !link.certifiedKeyType().equals(CertifiedKeyType.ED25519)) {
                throw new LinkException("a certified key of another type");
            }
            rsa.verify(now);
            cross.verify(rsa.key(), identity, now);
            return new InitiatorProof(
                    rsa.key(), new RelayIdentities(rsa.key().identity(), identity), link.certifiedKey());
        } catch (WireFormatException | InvalidCertificateException e) {
            throw new LinkException("the initiator's certificates prove nothing", e);
        }
    }

    private static Bytes body(Certs certs, CertType type) throws LinkException {
        return certs.body(type).orElseThrow(() -> new LinkException("a certificate is missing"));
    }
}
