package org.onion4j.testnet.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.cert.RelayChain;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.X25519;

class RelayIdentityTest {
    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
    private static final RelayIdentity KEYS = new RelayIdentity(SeededRandom.of(1, "keys"), NOW);

    @Test
    void responderCerts_proveBothIdentitiesToClients() throws InvalidCertificateException {
        Certs certs = KEYS.responderCerts();

        assertThat(RelayChain.verify(
                        number -> certs.body(CertType.ofWire(number)),
                        KEYS.tlsCertificateDer(),
                        NOW.plus(Duration.ofHours(47))))
                .isEqualTo(KEYS.identities());
    }

    @Test
    void renew_everyHourForAYear_keepsCertificatesInForceAndTheIdentity() throws InvalidCertificateException {
        RelayIdentity keys = new RelayIdentity(SeededRandom.of(3, "keys"), NOW);
        Set<Bytes> signing = new HashSet<>();
        Set<Bytes> onion = new HashSet<>();
        for (Instant now = NOW; now.isBefore(NOW.plus(Duration.ofDays(365))); now = now.plus(Duration.ofHours(1))) {
            keys.renew(now);
            signing.add(keys.signing().key().publicKey());
            onion.add(keys.ntorOnionKey());
            assertThat(keys.signing().expires()).isAfter(now.plus(Duration.ofDays(1)));
            if (now.getEpochSecond() / 3600 % 36 == 0) {
                Certs certs = keys.responderCerts();
                assertThat(RelayChain.verify(
                                number -> certs.body(CertType.ofWire(number)),
                                keys.tlsCertificateDer(),
                                now.plus(Duration.ofHours(10))))
                        .isEqualTo(keys.identities());
            }
        }
        assertThat(onion).hasSize(14); // 365 / 28, and the first
        assertThat(signing).hasSize(14);
    }

    @Test
    void renew_onionKey_oneBeforeIsTakenForAWeek() {
        RelayIdentity keys = new RelayIdentity(SeededRandom.of(3, "keys"), NOW);
        Bytes first = keys.ntorOnionKey();

        keys.renew(NOW.plus(Duration.ofDays(28)).minusSeconds(1));
        assertThat(keys.ntorKeys()).extracting(X25519::publicKey).containsExactly(first);
        Instant rotated = NOW.plus(Duration.ofDays(28));
        keys.renew(rotated);
        assertThat(keys.ntorKeys()).extracting(X25519::publicKey).hasSize(2).endsWith(first);
        keys.renew(rotated.plus(Duration.ofDays(7)).minusSeconds(1));
        assertThat(keys.ntorKeys()).hasSize(2);
        keys.renew(rotated.plus(Duration.ofDays(7)));
        assertThat(keys.ntorKeys())
                .extracting(X25519::publicKey)
                .hasSize(1)
                .doesNotContain(first)
                .contains(keys.ntorOnionKey());
    }

    @Test
    void initiatorCerts_nameTheAuthenticationKey() throws Exception {
        Bytes body = KEYS.initiatorCerts().body(CertType.ED25519_AUTHENTICATE).orElseThrow();
        Ed25519Certificate certificate = Ed25519Certificate.decode(body);

        certificate.verify(
                Ed25519CertType.SIGNING_V_LINK_AUTH, KEYS.signing().key().publicKey(), NOW);

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
