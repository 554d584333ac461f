package org.onion4j.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.TestRsaKey;

class RsaEd25519CrossCertificateTest {
    private static final Ed25519Identity ID = Ed25519Identity.copyOf(new SeededRandom(1).bytes(32));
    private static final Instant EXPIRES = Instant.parse("2026-06-02T00:00:00Z");
    private static TestRsaKey key;

    @BeforeAll
    static void makeKey() {
        key = TestRsaKey.generate(1024);
    }

    private static RsaEd25519CrossCertificate issue() {
        long hours = EXPIRES.getEpochSecond() / 3600;
        Bytes digest = new RsaEd25519CrossCertificate(ID, hours, Bytes.EMPTY).signedDigest();
        return new RsaEd25519CrossCertificate(ID, hours, key.signDigest(digest));
    }

    @Test
    void verify_issued_isValidUpToItsLastHour() throws Exception {
        RsaEd25519CrossCertificate certificate = RsaEd25519CrossCertificate.decode(issue().encode());
        certificate.verify(key.publicKey(), ID, EXPIRES);
        assertThat(certificate.expires()).isEqualTo(EXPIRES);
        refused(Reason.EXPIRED, certificate, key, ID, EXPIRES.plusSeconds(1));
    }

    @Test
    void verify_otherIdentityOrKey_throws() {
        Ed25519Identity other = Ed25519Identity.copyOf(new byte[32]);
        refused(Reason.WRONG_KEY, issue(), key, other, EXPIRES);
        refused(Reason.BAD_SIGNATURE, issue(), TestRsaKey.generate(1024), ID, EXPIRES);
    }

    @Test
    void verify_anyFieldChanged_throws() throws WireFormatException {
        byte[] encoded = issue().encode().toArray();
        for (int at : new int[] {0, 31, 32, 35, 37, 100, encoded.length - 1}) {
            byte[] changed = encoded.clone();
            changed[at] ^= 1;
            RsaEd25519CrossCertificate certificate = RsaEd25519CrossCertificate.decode(Bytes.copyOf(changed));
            assertThatThrownBy(() -> certificate.verify(key.publicKey(), ID, EXPIRES.minusSeconds(7200)))
                    .isInstanceOf(InvalidCertificateException.class);
        }
    }

    @Test
    void decode_cutOrExtended_throwsWireFormat() {
        Bytes encoded = issue().encode();
        for (int length = 0; length < encoded.size(); length++) {
            Bytes cut = encoded.slice(0, length);
            assertThatThrownBy(() -> RsaEd25519CrossCertificate.decode(cut)).isInstanceOf(WireFormatException.class);
        }
        Bytes longer = Bytes.concat(encoded, Bytes.fromHex("00"));
        assertThatThrownBy(() -> RsaEd25519CrossCertificate.decode(longer)).isInstanceOf(WireFormatException.class);
    }

    private static void refused(
            Reason reason, RsaEd25519CrossCertificate certificate, TestRsaKey signer, Ed25519Identity id, Instant now) {
        assertThatThrownBy(() -> certificate.verify(signer.publicKey(), id, now))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
