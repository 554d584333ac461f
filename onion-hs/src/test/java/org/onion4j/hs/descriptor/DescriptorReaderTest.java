package org.onion4j.hs.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;
import org.onion4j.hs.descriptor.DescriptorException.Kind;

/** Descriptors of C tor, and those that were made to be hard to read. */
class DescriptorReaderTest {
    private static final int INCREMENT = 31;

    static Stream<Vector> cases() {
        return Vectors.stream("hs-descriptor-cases");
    }

    static Stream<Vector> real() {
        return Vectors.stream("hs-descriptor-real");
    }

    /** T41, T42, T43: each case has the verdict of C tor. */
    @ParameterizedTest
    @MethodSource("cases")
    void t42_read_case_hasTheVerdict(Vector v) throws Exception {
        String expected = v.text("expect");
        if (expected.equals("ok")) {
            Descriptor descriptor = read(v);
            assertThat(descriptor.revision().longValue()).isEqualTo(v.number("revision_counter"));
            assertThat(descriptor.introductionPoints()).isEqualTo(usable(v));
            assertPow(descriptor, v);
        } else {
            Kind kind = expected.equals("refuse") ? Kind.INVALID : Kind.NEEDS_AUTHORIZATION;
            assertThatThrownBy(() -> read(v))
                    .as(v.text("case"))
                    .isInstanceOfSatisfying(
                            DescriptorException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        }
    }

    private static void assertPow(Descriptor descriptor, Vector v) {
        if (!v.has("pow")) {
            return;
        }
        PowParameters pow = descriptor.pow().orElseThrow();
        assertThat(pow.seed()).isEqualTo(v.object("pow").bytes("seed"));
        assertThat(pow.suggestedEffort()).isEqualTo(v.object("pow").number("effort"));
        assertThat(pow.expires()).isEqualTo(Instant.parse(v.object("pow").text("expires") + "Z"));
    }

    private static List<IntroductionPoint> usable(Vector v) throws Exception {
        List<Vector> all = v.objects("intro_points");
        List<IntroductionPoint> points = new ArrayList<>();
        for (JsonElement index : v.get("usable_intro_points").getAsJsonArray()) {
            Vector one = all.get(index.getAsInt());
            points.add(new IntroductionPoint(
                    LinkSpecifier.decodeList(new WireReader(one.bytes("link_specifiers"))),
                    one.bytes("onion_key"),
                    one.bytes("auth_key"),
                    one.bytes("enc_key")));
        }
        return points;
    }

    @ParameterizedTest
    @MethodSource("real")
    void read_descriptorOfCTor_hasItsPoints(Vector v) throws Exception {
        Descriptor descriptor = read(v);
        assertThat(descriptor.introductionPoints()).hasSize(3);
        assertThat(descriptor.flowControl()).contains(new Descriptor.FlowControl("1-2", INCREMENT));
        assertThat(descriptor.lifetime().toMinutes()).isEqualTo(180);
        assertThat(descriptor.revision().longValue()).isEqualTo(v.number("revision_counter"));
        assertThat(descriptor.pow().isPresent())
                .isEqualTo(v.text("inner_plaintext").contains("pow-params v1"));
    }

    /** T43: a well-made descriptor of another service, or of another time period, is refused. */
    @Test
    void t43_read_descriptorOfAnotherService_isInvalid() {
        List<Vector> all = Vectors.of("hs-descriptor-real");
        Bytes text = text(all.get(0));
        for (ServiceKeys keys : List.of(
                keys(all.get(1)),
                ServiceKeys.of(keys(all.get(0)).address(), period(all.get(0)).next()))) {
            assertInvalid(text, keys, instant(all.get(0)));
        }
    }

    @Test
    void read_expired_isInvalid() {
        Vector v = Vectors.of("hs-descriptor-real").get(0);
        assertInvalid(text(v), keys(v), instant(v).plusSeconds(56 * 3600));
    }

    @Test
    void t42_read_badSignatureLine_isInvalid() {
        Vector bad = Vectors.of("hs-descriptor-bad-signature").get(0);
        Vector good = Vectors.of("hs-descriptor-real").get(0);
        assertInvalid(text(bad), keys(good), instant(good));
    }

    @Test
    void read_restrictedWithoutKey_needsAuthorization_withWrongKey_saysSo() {
        Vector v = Vectors.of("hs-descriptor-real").stream()
                .filter(one -> one.has("client_private"))
                .findFirst()
                .orElseThrow();
        assertKind(Kind.NEEDS_AUTHORIZATION, v, Optional.empty());
        assertKind(Kind.WRONG_AUTHORIZATION, v, Optional.of(X25519.ofPrivateKey(SecretBytes.adopt(new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32
        }))));
    }

    /** A key that isn't needed (any more) does no harm. */
    @Test
    void read_openServiceWithKey_isRead() throws Exception {
        Vector v = Vectors.of("hs-descriptor-real").get(0);
        Optional<X25519> key = Optional.of(X25519.ofPrivateKey(SecretBytes.adopt(new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32
        })));
        assertThat(DescriptorReader.read(text(v), keys(v), key, instant(v), INCREMENT)
                        .introductionPoints())
                .hasSize(3);
    }

    @Test
    void read_tooLong_isInvalid() {
        Vector v = Vectors.of("hs-descriptor-real").get(0);
        assertInvalid(Bytes.copyOf(new byte[DescriptorReader.MAX_LEN + 1]), keys(v), instant(v));
    }

    @Test
    void authClient_vector_matches() {
        for (Vector v : Vectors.of("hs-client-auth")) {
            try (X25519 service = X25519.ofPrivateKey(SecretBytes.adopt(v.array("ephemeral_private")));
                    ClientAuthorization.Shared shared = new ClientAuthorization.Shared(
                            service, v.bytes("client_public"), v.bytes("subcredential"))) {
                assertThat(service.publicKey()).isEqualTo(v.bytes("ephemeral_public"));
                assertThat(shared.isGood()).isTrue();
                assertThat(shared.clientId()).isEqualTo(v.bytes("client_id"));
                assertThat(shared.crypt(v.bytes("iv"), v.array("cookie"))).isEqualTo(v.array("encrypted_cookie"));
            }
        }
    }

    private static Descriptor read(Vector v) throws DescriptorException {
        Optional<X25519> client = v.has("client_private")
                ? Optional.of(X25519.ofPrivateKey(SecretBytes.adopt(v.array("client_private"))))
                : Optional.empty();
        return DescriptorReader.read(text(v), keys(v), client, instant(v), INCREMENT);
    }

    private static Bytes text(Vector v) {
        return Bytes.copyOf(v.text("descriptor").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static TimePeriod period(Vector v) {
        return new TimePeriod(v.number("period_number"), v.integer("period_length"));
    }

    private static ServiceKeys keys(Vector v) {
        ServiceKeys keys = ServiceKeys.of(new OnionAddress(v.bytes("identity_public")), period(v));
        assertThat(keys.blindedKey()).isEqualTo(v.bytes("blinded_public"));
        assertThat(keys.subcredential()).isEqualTo(v.bytes("subcredential"));
        return keys;
    }

    private static Instant instant(Vector v) {
        return Instant.ofEpochSecond(v.number("now"));
    }

    private static void assertInvalid(Bytes text, ServiceKeys keys, Instant now) {
        assertThatThrownBy(() -> DescriptorReader.read(text, keys, Optional.empty(), now, INCREMENT))
                .isInstanceOfSatisfying(
                        DescriptorException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }

    private static void assertKind(Kind kind, Vector v, Optional<X25519> client) {
        assertThatThrownBy(() -> DescriptorReader.read(text(v), keys(v), client, instant(v), INCREMENT))
                .isInstanceOfSatisfying(
                        DescriptorException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
