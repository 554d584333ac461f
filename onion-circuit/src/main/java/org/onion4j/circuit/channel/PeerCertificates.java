package org.onion4j.circuit.channel;

import java.time.Instant;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.cert.RelayChain;
import org.onion4j.crypto.cert.RelayIdentities;

/** Judges what a relay shows in CERTS: whether it proves identities, and those that were expected. */
final class PeerCertificates {
    private PeerCertificates() {}

    /**
     * The identities that the certificates prove.
     *
     * @param tlsCertificate the certificate that the peer showed in TLS, DER
     * @throws ChannelException of kind HANDSHAKE if they prove nothing, IDENTITY if they prove another relay's
     */
    static RelayIdentities check(Certs certs, Bytes tlsCertificate, ChannelTarget target, Instant now)
            throws ChannelException {
        RelayIdentities proven;
        try {
            proven = RelayChain.verify(number -> certs.body(CertType.ofWire(number)), tlsCertificate, now);
        } catch (InvalidCertificateException e) {
            throw new ChannelException(ChannelException.Kind.HANDSHAKE, "the relay's certificates prove nothing", e);
        }
        boolean expected = proven.rsa().equals(target.rsaIdentity())
                && (!target.ed25519Identity().isPresent()
                        || target.ed25519Identity().get().equals(proven.ed25519()));
        if (!expected) {
            throw new ChannelException(ChannelException.Kind.IDENTITY, "another relay than the one expected");
        }
        return proven;
    }
}
