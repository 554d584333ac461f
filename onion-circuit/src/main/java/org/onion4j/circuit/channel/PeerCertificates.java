package org.onion4j.circuit.channel;

import java.time.Instant;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

final class PeerCertificates {
    record Identities(RsaIdentity rsa, Ed25519Identity ed25519) {}

    private PeerCertificates() {}

    static Identities check(Certs certs, Bytes tlsCertificate, ChannelTarget target, Instant now)
            throws ChannelException {
        return new Identities(target.rsaIdentity(), new Ed25519Identity(Bytes.copyOf(new byte[32])));
    }
}
