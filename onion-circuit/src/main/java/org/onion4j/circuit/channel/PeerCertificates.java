package org.onion4j.circuit.channel;

import java.time.Duration;
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
     * @throws ChannelException of kind HANDSHAKE if they prove nothing, IDENTITY if they prove another relay's, CLOCK if
     *     nothing is wrong with them but the time
     */
    static RelayIdentities check(Certs certs, Bytes tlsCertificate, ChannelTarget target, Instant now)
            throws ChannelException {
        RelayChain chain;
        try {
            chain = RelayChain.verifyApartFromTime(number -> certs.body(CertType.ofWire(number)), tlsCertificate);
        } catch (InvalidCertificateException e) {
            throw new ChannelException(ChannelException.Kind.HANDSHAKE, "the relay's certificates prove nothing", e);
        }
        RelayIdentities named = chain.identities();
        if (!target.isProvenBy(named.rsa(), named.ed25519())) {
            throw new ChannelException(ChannelException.Kind.IDENTITY, "another relay than the one expected");
        }
        try {
            chain.checkTime(now);
        } catch (InvalidCertificateException e) {
            throw ChannelException.clock(Duration.between(now, e.bound().orElse(now)), e);
        }
        return named;
    }
}
