package org.onion4j.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.io.BaseEncoding;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.Ed25519Certificate.Extension;
import org.onion4j.crypto.cert.InvalidCertificateException.Reason;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class Ed25519CertificateTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant EXPIRES = Instant.parse("2026-06-02T00:00:00Z");
    private static final Ed25519KeyPair SIGNER = Ed25519KeyPair.generate(new SeededRandom(1));
    private static final Bytes KEY = Bytes.copyOf(new SeededRandom(2).bytes(32));
    private static final Ed25519CertType TYPE = Ed25519CertType.IDENTITY_V_SIGNING;

    static Stream<Vector> vectors() {
        return Vectors.stream("ed25519-cert");
    }

    static Stream<Vector> family() {
        return Vectors.stream("family-cert");
    }

    static Stream<Vector> edge() {
        return Vectors.stream("ed25519-edge");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void verify_vector_hasTheVerdict(Vector v) throws Exception {
        if (!v.flag("valid")) {
            assertThat(isValid(v.bytes("certificate"), v.integer("type"), v.bytes("signer")))
                    .isFalse();
            return;
        }
        Ed25519Certificate certificate = Ed25519Certificate.decode(v.bytes("certificate"));
        certificate.verify(Ed25519CertType.ofWire(v.integer("type")), v.bytes("signer"), certificate.expires());
        assertThat(certificate.encode()).isEqualTo(v.bytes("certificate"));
        if (v.has("expires")) {
            assertThat(certificate.expires()).isEqualTo(Instant.ofEpochSecond(v.number("expires")));
            assertThat(certificate.keyType().wire()).isEqualTo(v.integer("key_type"));
            assertThat(certificate.certifiedKey()).isEqualTo(v.bytes("key"));
            assertThat(certificate.signingKey()).contains(v.bytes("signer"));
        } else {
            assertThat(certificate.signingKey()).isEmpty();
            assertThat(certificate.extensions()).hasSize(1);
        }
    }

    private static boolean isValid(Bytes encoded, int type, Bytes signer) {
        try {
            Ed25519Certificate certificate = Ed25519Certificate.decode(encoded);
            certificate.verify(Ed25519CertType.ofWire(type), signer, certificate.expires());
            return true;
        } catch (WireFormatException | InvalidCertificateException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("family")
    void verifySelfNamed_familyVector_hasTheVerdict(Vector v) throws Exception {
        boolean valid;
        try {
            Ed25519Certificate certificate = Ed25519Certificate.decode(v.bytes("certificate"));
            Bytes family = certificate.verifySelfNamed(Ed25519CertType.FAMILY_V_IDENTITY, certificate.expires());
            valid = certificate.certifiedKey().equals(v.bytes("relay_ed25519"));
            if (valid) {
                assertThat(v.text("family_id"))
                        .isEqualTo(
                                "ed25519:" + BaseEncoding.base64().omitPadding().encode(family.toArray()));
                assertThat(certificate.expires()).isEqualTo(Instant.ofEpochSecond(v.number("expires")));
            }
        } catch (WireFormatException | InvalidCertificateException e) {
            valid = false;
        }
        assertThat(valid).isEqualTo(v.flag("valid"));
    }

    /** T39: certificates come to the same verdict about an edge case as {@code Ed25519.verify}. */
    @ParameterizedTest
    @MethodSource("edge")
    void t39_verify_edgeCase_hasTheRecordedVerdict(Vector v) {
        Bytes encoded = Bytes.concat(v.bytes("message"), v.bytes("signature"));
        assertThat(isValid(encoded, 4, v.bytes("public"))).isEqualTo(v.flag("valid"));
    }

    @Test
    void issue_thenVerify_isValidUpToItsLastHour() throws Exception {
        Ed25519Certificate certificate = issue();
        certificate.verify(TYPE, SIGNER.publicKey(), NOW);
        certificate.verify(TYPE, SIGNER.publicKey(), EXPIRES);
        assertThat(certificate.verifySelfNamed(TYPE, NOW)).isEqualTo(SIGNER.publicKey());
        assertThat(certificate.expires()).isEqualTo(EXPIRES);
        assertThat(Ed25519Certificate.decode(certificate.encode())).isEqualTo(certificate);
        refused(Reason.EXPIRED, certificate, TYPE, SIGNER.publicKey(), EXPIRES.plusSeconds(1));
    }

    @Test
    void issue_notOnTheHour_roundsUp() {
        Ed25519Certificate certificate =
                Ed25519Certificate.issue(TYPE, EXPIRES.minusSeconds(3599), CertifiedKeyType.ED25519, KEY, SIGNER);
        assertThat(certificate.expires()).isEqualTo(EXPIRES);
    }

    @Test
    void verify_otherTypeOrSigner_throws() {
        Bytes other = Ed25519KeyPair.generate(new SeededRandom(3)).publicKey();
        refused(Reason.WRONG_TYPE, issue(), Ed25519CertType.FAMILY_V_IDENTITY, SIGNER.publicKey(), NOW);
        refused(Reason.WRONG_SIGNER, issue(), TYPE, other, NOW);
        refused(Reason.BAD_SIGNATURE, signed(ImmutableList.of()), TYPE, other, NOW);
    }

    @Test
    void verify_extensionNamesAnotherKeyThanTheSigner_throws() {
        Bytes other = Ed25519KeyPair.generate(new SeededRandom(3)).publicKey();
        Ed25519Certificate lying = signed(ImmutableList.of(new Extension(Extension.SIGNED_WITH_ED25519_KEY, 0, other)));
        refused(Reason.WRONG_SIGNER, lying, TYPE, SIGNER.publicKey(), NOW);
        assertThatThrownBy(() -> lying.verifySelfNamed(TYPE, NOW))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SIGNATURE));
    }

    @Test
    void verifySelfNamed_noSignerNamed_throws() throws Exception {
        Ed25519Certificate certificate = signed(ImmutableList.of());
        certificate.verify(TYPE, SIGNER.publicKey(), NOW);
        assertThatThrownBy(() -> certificate.verifySelfNamed(TYPE, NOW))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_SIGNER));
    }

    @Test
    void verify_unknownExtension_countsOnlyWithItsFlag() throws Exception {
        for (int flags = 0; flags < 256; flags++) {
            Ed25519Certificate certificate = signed(ImmutableList.of(new Extension(0x77, flags, Bytes.fromHex("00"))));
            if (flags % 2 == 0) {
                certificate.verify(TYPE, SIGNER.publicKey(), NOW);
            } else {
                refused(Reason.UNKNOWN_EXTENSION, certificate, TYPE, SIGNER.publicKey(), NOW);
            }
        }
        signed(ImmutableList.of(new Extension(4, 1, SIGNER.publicKey()))).verify(TYPE, SIGNER.publicKey(), NOW);
    }

    @Test
    void verify_anyBitChanged_isRefused() {
        byte[] encoded = issue().encode().toArray();
        for (int bit = 0; bit < 8 * encoded.length; bit += 5) {
            byte[] changed = encoded.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(isValid(Bytes.copyOf(changed), 4, SIGNER.publicKey())).isFalse();
        }
    }

    @Test
    void decode_cutOrExtended_throwsWireFormat() {
        Bytes encoded = issue().encode();
        for (int length = 0; length < encoded.size(); length++) {
            Bytes cut = encoded.slice(0, length);
            assertThatThrownBy(() -> Ed25519Certificate.decode(cut)).isInstanceOf(WireFormatException.class);
        }
        Bytes longer = Bytes.concat(encoded, Bytes.fromHex("00"));
        assertThatThrownBy(() -> Ed25519Certificate.decode(longer)).isInstanceOf(WireFormatException.class);
    }

    @Test
    void decode_otherVersion_throwsWireFormat() {
        for (int version = 0; version < 256; version++) {
            byte[] encoded = issue().encode().toArray();
            encoded[0] = (byte) version;
            if (version != 1) {
                assertThatThrownBy(() -> Ed25519Certificate.decode(Bytes.copyOf(encoded)))
                        .isInstanceOf(WireFormatException.class);
            }
        }
    }

    @Test
    void decode_signingKeyTwiceOrOfOtherSize_throwsWireFormat() {
        Extension key = new Extension(4, 0, SIGNER.publicKey());
        Bytes twice = signed(ImmutableList.of(key, key)).encode();
        Bytes shorter =
                signed(ImmutableList.of(new Extension(4, 0, KEY.slice(0, 31)))).encode();
        assertThatThrownBy(() -> Ed25519Certificate.decode(twice)).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> Ed25519Certificate.decode(shorter)).isInstanceOf(WireFormatException.class);
    }

    @Test
    void types_allNumbers_areKept() throws Exception {
        for (int number = 0; number < 256; number++) {
            byte[] encoded = issue().encode().toArray();
            encoded[1] = (byte) number;
            encoded[6] = (byte) number;
            Ed25519Certificate decoded = Ed25519Certificate.decode(Bytes.copyOf(encoded));
            assertThat(decoded.type().wire()).isEqualTo(number);
            assertThat(decoded.keyType().wire()).isEqualTo(number);
            assertThat(decoded.encode()).isEqualTo(Bytes.copyOf(encoded));
        }
        assertThatThrownBy(() -> Ed25519CertType.ofWire(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CertifiedKeyType.ofWire(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void certifiedKeyType_ofTlsLink_takesTheOldMistakeForADigest() {
        assertThat(linkOf(1).certifiedKeyType()).isEqualTo(CertifiedKeyType.SHA256_OF_X509);
        assertThat(linkOf(3).certifiedKeyType()).isEqualTo(CertifiedKeyType.SHA256_OF_X509);
        assertThat(linkOf(2).certifiedKeyType()).isEqualTo(CertifiedKeyType.SHA256_OF_RSA);
        assertThat(issue().certifiedKeyType()).isEqualTo(CertifiedKeyType.ED25519);
    }

    private static Ed25519Certificate linkOf(int keyType) {
        return Ed25519Certificate.issue(
                Ed25519CertType.SIGNING_V_TLS_LINK, EXPIRES, CertifiedKeyType.ofWire(keyType), KEY, SIGNER);
    }

    private static Ed25519Certificate issue() {
        return Ed25519Certificate.issue(TYPE, EXPIRES, CertifiedKeyType.ED25519, KEY, SIGNER);
    }

    /** A certificate with any extensions, rightly signed. */
    private static Ed25519Certificate signed(ImmutableList<Extension> extensions) {
        long hours = EXPIRES.getEpochSecond() / 3600;
        WireWriter out = new WireWriter();
        out.u8(1).u8(TYPE.wire()).u32(hours).u8(1).bytes(KEY).u8(extensions.size());
        for (Extension one : extensions) {
            out.u16(one.data().size()).u8(one.type()).u8(one.flags()).bytes(one.data());
        }
        return new Ed25519Certificate(
                TYPE, hours, CertifiedKeyType.ED25519, KEY, extensions, SIGNER.sign(out.toBytes()));
    }

    private static void refused(
            Reason reason, Ed25519Certificate certificate, Ed25519CertType type, Bytes signer, Instant now) {
        assertThatThrownBy(() -> certificate.verify(type, signer, now))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
