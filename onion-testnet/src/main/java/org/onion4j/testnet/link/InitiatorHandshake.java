package org.onion4j.testnet.link;

import java.time.Instant;
import java.util.Optional;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.Authenticate;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.cert.RelayChain;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.cert.RsaIdentityCertificate;
import org.onion4j.crypto.primitive.RsaPublicKey;
import org.onion4j.testnet.keys.RelayIdentity;

/**
 * The part of a relay that connects to another: VERSIONS first, CERTS once the versions are agreed on, AUTHENTICATE and
 * NETINFO once the responder has proven who it is and has sent AUTH_CHALLENGE. Spec: tor-spec, "Negotiating and
 * initializing connections".
 */
final class InitiatorHandshake implements LinkHandshake {
    private final TlsLink link;
    private final LinkTarget target;
    private RelayIdentities identities; // null until CERTS has been checked
    private RsaPublicKey rsa;
    private boolean challenged;

    InitiatorHandshake(TlsLink link, LinkTarget target) {
        this.link = link;
        this.target = target;
    }

    @Override
    public void begin() {
        link.sendVersions();
    }

    @Override
    public void onVersion() {
        link.sendMessage(link.settings().keys().initiatorCerts());
    }

    @Override
    public void onMessage(ChannelMessage message) throws LinkException {
        if (message instanceof Certs certs) {
            if (identities != null) {
                throw new LinkException("CERTS twice");
            }
            check(certs);
        } else if (message instanceof AuthChallenge challenge) {
            if (identities == null || challenged) {
                throw new LinkException("AUTH_CHALLENGE out of place");
            }
            challenged = true;
            if (challenge.methods().contains(Authenticate.ED25519_SHA256_RFC5705)) {
                link.sendMessage(authenticate());
            }
            link.sendNetinfo();
        } else if (message instanceof Netinfo) {
            if (!challenged) {
                throw new LinkException("NETINFO before AUTH_CHALLENGE");
            }
            link.finish(Optional.of(identities));
        } else {
            throw new LinkException(message.command() + " during the link handshake");
        }
    }

    private void check(Certs certs) throws LinkException {
        Instant now = link.settings().clock().instant();
        try {
            identities = RelayChain.verify(
                    number -> certs.body(CertType.ofWire(number)), link.tls().peerCertificate(), now);
            rsa = RsaIdentityCertificate.decode(
                            certs.body(CertType.RSA_IDENTITY).orElseThrow())
                    .key();
        } catch (InvalidCertificateException | WireFormatException e) {
            throw new LinkException("the responder's certificates prove nothing", e);
        }
        if (!target.isProvenBy(identities)) {
            throw new LinkException("another relay than the one expected");
        }
    }

    private Authenticate authenticate() {
        RelayIdentity keys = link.settings().keys();
        Bytes fixed = AuthenticationBody.fixedPart(
                new AuthenticationBody.Side(keys.rsaKey().publicKey(), keys.identities()),
                new AuthenticationBody.Side(rsa, identities),
                link.receivedDigest(),
                link.sentDigest(),
                link.tls().peerCertificate(),
                link.tls().exporter());
        Bytes signed = Bytes.concat(fixed, Bytes.copyOf(link.settings().random().bytes(AuthenticationBody.RANDOM_LEN)));
        return new Authenticate(
                Authenticate.ED25519_SHA256_RFC5705,
                Bytes.concat(signed, keys.linkAuthenticationKey().sign(signed)));
    }
}
