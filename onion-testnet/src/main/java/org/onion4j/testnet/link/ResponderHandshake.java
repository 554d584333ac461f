package org.onion4j.testnet.link;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.Authenticate;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.testnet.keys.RelayIdentity;

/**
 * The responder's part: VERSIONS, CERTS, AUTH_CHALLENGE and NETINFO once the initiator has sent VERSIONS; then either its
 * NETINFO alone (a client), or CERTS, AUTHENTICATE and NETINFO (a relay). Spec: tor-spec, "Negotiating and initializing
 * connections".
 */
final class ResponderHandshake implements LinkHandshake {
    private final TlsLink link;
    private InitiatorProof claimed; // from CERTS
    private Optional<RelayIdentities> proven = Optional.empty();
    private Bytes serverLog; // up to AUTH_CHALLENGE

    ResponderHandshake(TlsLink link) {
        this.link = link;
    }

    @Override
    public void begin() {} // the initiator speaks first

    @Override
    public void onVersion() {
        link.sendVersions();
        link.sendMessage(link.settings().keys().responderCerts());
        link.sendMessage(new AuthChallenge(
                Bytes.copyOf(link.settings().random().bytes(AuthChallenge.CHALLENGE_LEN)),
                ImmutableList.of(Authenticate.ED25519_SHA256_RFC5705)));
        serverLog = link.sentDigest();
        link.sendNetinfo();
    }

    @Override
    public void onMessage(ChannelMessage message) throws LinkException {
        if (message instanceof Certs certs) {
            if (claimed != null || proven.isPresent()) {
                throw new LinkException("CERTS twice");
            }
            claimed = InitiatorProof.check(certs, link.settings().clock().instant());
        } else if (message instanceof Authenticate authenticate) {
            if (claimed == null || proven.isPresent()) {
                throw new LinkException("AUTHENTICATE without CERTS, or twice");
            }
            check(authenticate);
            proven = Optional.of(claimed.identities());
        } else if (message instanceof Netinfo) {
            link.finish(proven);
        } else {
            throw new LinkException(message.command() + " during the link handshake");
        }
    }

    private void check(Authenticate authenticate) throws LinkException {
        Bytes value = authenticate.authentication();
        if (authenticate.type() != Authenticate.ED25519_SHA256_RFC5705
                || value.size() != AuthenticationBody.SIGNED_LEN + Ed25519.SIGNATURE_LEN) {
            throw new LinkException("AUTHENTICATE of another method or size");
        }
        RelayIdentity keys = link.settings().keys();
        Bytes expected = AuthenticationBody.fixedPart(
                new AuthenticationBody.Side(claimed.rsa(), claimed.identities()),
                new AuthenticationBody.Side(keys.rsaKey().publicKey(), keys.identities()),
                serverLog,
                link.receivedDigest(),
                keys.tlsCertificateDer(),
                link.tls().exporter());
        if (!ConstantTime.equal(value.slice(0, AuthenticationBody.FIXED_LEN), expected.toArray())) {
            throw new LinkException("AUTHENTICATE is about another connection");
        }
        Bytes signed = value.slice(0, AuthenticationBody.SIGNED_LEN);
        if (!Ed25519.verify(
                claimed.authenticationKey(), signed, value.slice(AuthenticationBody.SIGNED_LEN, value.size()))) {
            throw new LinkException("AUTHENTICATE is not signed by the initiator");
        }
    }
}
