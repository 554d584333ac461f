package org.onion4j.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** What relays of C tor showed, and what becomes of it when one part is another. */
class RelayChainTest {
    private static final Vector ONE = Vectors.of("link-handshake").get(0);
    private static final Instant NOW = Instant.ofEpochSecond(ONE.number("now"));

    static Stream<Vector> recorded() {
        return Vectors.stream("link-handshake");
    }

    /** A certificate of a recorded CERTS body. */
    static Bytes recorded(int relay, int number) {
        return certs(Vectors.of("link-handshake").get(relay)).get(number);
    }

    private static Map<Integer, Bytes> certs(Vector v) {
        Map<Integer, Bytes> all = new HashMap<>();
        try {
            WireReader in = new WireReader(v.bytes("certs_body"));
            for (int left = in.u8("N"); left > 0; left--) {
                all.put(in.u8("CertType"), in.bytes(in.u16("CLEN"), "Certificate"));
            }
        } catch (WireFormatException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void verify_recordedRelay_provesItsIdentities(Vector v) throws Exception {
        Map<Integer, Bytes> certs = certs(v);
        RelayIdentities proven = RelayChain.verify(
                n -> Optional.ofNullable(certs.get(n)),
                v.bytes("tls_certificate"),
                Instant.ofEpochSecond(v.number("now")));
        assertThat(proven.rsa().value()).isEqualTo(v.bytes("rsa_identity"));
        assertThat(proven.ed25519().value()).isEqualTo(v.bytes("ed25519_identity"));
        assertThat(proven).asString().doesNotContain(v.text("rsa_identity"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 5, 7})
    void t02_verify_oneMissing_throws(int number) {
        refused(Reason.MISSING, number, null, NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 5, 7})
    void t02_verify_oneMalformed_throws(int number) {
        refused(Reason.MALFORMED, number, Bytes.EMPTY, NOW);
        refused(Reason.MALFORMED, number, Bytes.concat(certs(ONE).get(number), Bytes.fromHex("00")), NOW);
    }

    @Test
    void t02_verify_oneOfAnotherRelay_throws() {
        refused(Reason.BAD_SIGNATURE, 2, recorded(1, 2), NOW); // the cross-certificate isn't by that key
        refused(Reason.BAD_SIGNATURE, 4, recorded(1, 4), NOW); // the link certificate isn't by that signing key
        refused(Reason.BAD_SIGNATURE, 5, recorded(1, 5), NOW);
        refused(Reason.WRONG_KEY, 7, recorded(1, 7), NOW);
    }

    @Test
    void t02_verify_oneInThePlaceOfAnother_throws() {
        refused(Reason.WRONG_TYPE, 4, recorded(0, 5), NOW);
        refused(Reason.WRONG_TYPE, 5, recorded(0, 4), NOW);
        refused(Reason.MALFORMED, 7, recorded(0, 4), NOW);
        refused(Reason.MALFORMED, 2, recorded(0, 7), NOW);
        refused(Reason.WRONG_KEY, 2, recorded(0, 1), NOW); // a link key of 2048 bits
    }

    @Test
    void t02_verify_otherTlsCertificate_throws() {
        Map<Integer, Bytes> certs = certs(ONE);
        Bytes other = Vectors.of("link-handshake").get(1).bytes("tls_certificate");
        assertThatThrownBy(() -> RelayChain.verify(n -> Optional.ofNullable(certs.get(n)), other, NOW))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_KEY));
    }

    @Test
    void t02_verify_anyByteChanged_throws() {
        for (int number : new int[] {2, 4, 5, 7}) {
            byte[] good = certs(ONE).get(number).toArray();
            for (int at = 0; at < good.length; at += number == 2 ? 7 : 3) {
                byte[] changed = good.clone();
                changed[at] ^= 0x04;
                Map<Integer, Bytes> certs = certs(ONE);
                certs.put(number, Bytes.copyOf(changed));
                assertThatThrownBy(() -> RelayChain.verify(
                                n -> Optional.ofNullable(certs.get(n)), ONE.bytes("tls_certificate"), NOW))
                        .as("certificate %s byte %s", number, at)
                        .isInstanceOf(InvalidCertificateException.class);
            }
        }
    }

    @Test
    void t02_verify_laterOrLongBefore_throws() {
        refused(Reason.EXPIRED, 1, null, NOW.plus(Duration.ofDays(400)));
        refused(Reason.NOT_YET_VALID, 1, null, NOW.minus(Duration.ofDays(400)));
    }

    @Test
    void t02_verify_certifiedKeyOfAnotherKind_throws() {
        for (int keyType : new int[] {2, 3, 9}) {
            assertRefused(Reason.WRONG_KEY, certsOf(keyType, 3), NOW);
        }
        for (int keyType : new int[] {2, 9}) {
            assertRefused(Reason.WRONG_KEY, certsOf(1, keyType), NOW);
        }
        assertRefused(Reason.WRONG_KEY, certsOf(1, 3), NOW); // this far all is well: the cross-certificate is next
    }

    /** The recorded ones, with 4 and 5 of new keys, that certify keys of these types. */
    private static Map<Integer, Bytes> certsOf(int signingKeyType, int linkKeyType) {
        Ed25519KeyPair identity = Ed25519KeyPair.generate(new SeededRandom(1));
        Ed25519KeyPair signing = Ed25519KeyPair.generate(new SeededRandom(2));
        Map<Integer, Bytes> certs = certs(ONE);
        certs.put(4, issue(Ed25519CertType.IDENTITY_V_SIGNING, signingKeyType, signing.publicKey(), identity));
        Bytes digest = Digests.sha256(ONE.bytes("tls_certificate").toArray());
        certs.put(5, issue(Ed25519CertType.SIGNING_V_TLS_LINK, linkKeyType, digest, signing));
        return certs;
    }

    private static Bytes issue(Ed25519CertType type, int keyType, Bytes key, Ed25519KeyPair signer) {
        return Ed25519Certificate.issue(type, NOW.plusSeconds(7200), CertifiedKeyType.ofWire(keyType), key, signer)
                .encode();
    }

    private static void refused(Reason reason, int number, Bytes certificate, Instant now) {
        Map<Integer, Bytes> certs = certs(ONE);
        certs.put(number, certificate);
        assertRefused(reason, certs, now);
    }

    private static void assertRefused(Reason reason, Map<Integer, Bytes> certs, Instant now) {
        assertThatThrownBy(() ->
                        RelayChain.verify(n -> Optional.ofNullable(certs.get(n)), ONE.bytes("tls_certificate"), now))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
