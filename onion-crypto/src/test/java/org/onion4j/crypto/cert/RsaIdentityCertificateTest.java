package org.onion4j.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.testing.Vectors;

class RsaIdentityCertificateTest {
    private static final Bytes RECORDED = RelayChainTest.recorded(0, RelayChain.CERTS_RSA_IDENTITY);
    private static final Instant FROM = Instant.parse("2026-01-17T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2027-01-17T00:00:00Z");

    @Test
    void decode_recorded_givesTheIdentityKey() throws Exception {
        RsaIdentityCertificate certificate = RsaIdentityCertificate.decode(RECORDED);
        assertThat(certificate.key().bits()).isEqualTo(1024);
        assertThat(certificate.key().identity().value())
                .isEqualTo(Vectors.of("link-handshake").get(0).bytes("rsa_identity"));
    }

    @Test
    void verify_withinItsTime_isValid() throws Exception {
        RsaIdentityCertificate certificate = RsaIdentityCertificate.decode(RECORDED);
        certificate.verify(FROM);
        certificate.verify(UNTIL);
        certificate.verify(FROM.minus(Duration.ofDays(30)));
        refused(Reason.EXPIRED, certificate, UNTIL.plusSeconds(1));
        refused(
                Reason.NOT_YET_VALID,
                certificate,
                FROM.minus(Duration.ofDays(30)).minusSeconds(1));
    }

    @Test
    void verify_signatureChanged_throws() throws WireFormatException {
        byte[] changed = RECORDED.toArray();
        changed[changed.length - 1] ^= 1;
        refused(Reason.BAD_SIGNATURE, RsaIdentityCertificate.decode(Bytes.copyOf(changed)), FROM);
    }

    @Test
    void verify_keyOfOtherSize_throws() throws WireFormatException {
        RsaIdentityCertificate link = RsaIdentityCertificate.decode(RelayChainTest.recorded(0, 1));
        refused(Reason.WRONG_KEY, link, FROM.plus(Duration.ofDays(300)));
    }

    @Test
    void decode_cutOrExtendedOrText_throwsWireFormat() {
        for (int length = 0; length < RECORDED.size(); length++) {
            unreadable(RECORDED.slice(0, length));
        }
        unreadable(Bytes.concat(RECORDED, Bytes.fromHex("00")));
        unreadable(Bytes.concat(RECORDED, RECORDED));
        unreadable(Bytes.concat(RECORDED, Bytes.copyOf(new byte[9000])));
        unreadable(Bytes.copyOf("-----BEGIN CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII)));
    }

    private static void unreadable(Bytes encoded) {
        assertThatThrownBy(() -> RsaIdentityCertificate.decode(encoded)).isInstanceOf(WireFormatException.class);
    }

    private static void refused(Reason reason, RsaIdentityCertificate certificate, Instant now) {
        assertThatThrownBy(() -> certificate.verify(now))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
