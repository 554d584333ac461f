package org.onion4j.testnet.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.cert.RelayChain;
import org.onion4j.crypto.primitive.Digests;

class RelayIdentityTest {
    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
    private static final RelayIdentity KEYS = new RelayIdentity(SeededRandom.of(1, "keys"), NOW);

    @Test
    void responderCerts_proveBothIdentitiesToClients() throws InvalidCertificateException {
        Certs certs = KEYS.responderCerts();

        assertThat(RelayChain.verify(
                        number -> certs.body(CertType.ofWire(number)),
                        KEYS.tlsCertificateDer(),
                        NOW.plus(Duration.ofDays(3000))))
                .isEqualTo(KEYS.identities());
    }

    @Test
    void initiatorCerts_nameTheAuthenticationKey() throws Exception {
        Bytes body = KEYS.initiatorCerts().body(CertType.ED25519_AUTHENTICATE).orElseThrow();
        Ed25519Certificate certificate = Ed25519Certificate.decode(body);

        certificate.verify(
                Ed25519CertType.SIGNING_V_LINK_AUTH, KEYS.signingKey().publicKey(), NOW);

        assertThat(certificate.certifiedKey())
                .isEqualTo(KEYS.linkAuthenticationKey().publicKey());
    }

    @Test
    void signDigest_isWhatThePublicKeyAccepts() {
        for (int i = 0; i < 20; i++) {
            Bytes digest = Digests.sha256(new byte[] {(byte) i});

            Bytes signature = KEYS.rsaKey().signDigest(digest);

            assertThat(KEYS.rsaKey().publicKey().verifyDigest(digest, signature))
                    .isTrue();
        }
    }

    @Test
    void sameSeed_sameKeys_otherSeed_others() {
        RelayIdentity again = new RelayIdentity(SeededRandom.of(1, "keys"), NOW);
        RelayIdentity other = new RelayIdentity(SeededRandom.of(2, "keys"), NOW);

        assertThat(again.identities()).isEqualTo(KEYS.identities());
        assertThat(again.ntorOnionKey()).isEqualTo(KEYS.ntorOnionKey());
        assertThat(other.rsaIdentity()).isNotEqualTo(KEYS.rsaIdentity());
        assertThat(other.ed25519Identity()).isNotEqualTo(KEYS.ed25519Identity());
    }
}
