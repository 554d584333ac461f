package org.onion4j.hs.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import com.google.common.primitives.UnsignedLong;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.hs.descriptor.DescriptorException.Kind;
import org.onion4j.hs.descriptor.LayerCipher.Layer;
import org.onion4j.hs.descriptor.LayerCipher.Secrets;

/** Descriptors that we make, read back; and those that nobody would make, read without harm. */
class DescriptorMakerTest {
    @Property(tries = 25)
    void make_anyContent_isReadAsItWasMeant(
            @ForAll long seed,
            @ForAll @IntRange(max = 20) int points,
            @ForAll boolean single,
            @ForAll long revision,
            @ForAll @IntRange(min = 30, max = 720) int minutes,
            @ForAll @IntRange(min = 30, max = 32) int increment)
            throws Exception {
        TestService service = new TestService(seed);
        Descriptor content = new Descriptor(
                UnsignedLong.fromLongBits(revision),
                Duration.ofMinutes(minutes),
                service.content(points).introductionPoints(),
                single,
                Optional.of(new Descriptor.FlowControl("1-2", increment)),
                Optional.of(new PowParameters(
                        Bytes.copyOf(service.random().bytes(32)), revision & 0xffffffffL, TestService.NOW)));
        Bytes text = service.make(content, List.of());
        assertThat(service.read(text, Optional.empty())).isEqualTo(content);
    }

    @Test
    void make_few_isAsLongAsAnyOther() {
        TestService service = new TestService(1);
        int open = service.make(service.content(3), List.of()).size();
        int restricted =
                service.make(service.content(1), clientKeys(service, 16)).size();
        assertThat(open).isEqualTo(restricted); // as in what C tor makes: nobody sees who is authorized
    }

    @Test
    void make_restricted_isReadByAuthorizedClientsAlone() throws Exception {
        TestService service = new TestService(2);
        List<X25519> clients = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            clients.add(X25519.generate(service.random()));
        }
        Descriptor content = service.content(2);
        Bytes text =
                service.make(content, clients.stream().map(X25519::publicKey).toList());
        for (X25519 client : clients) {
            assertThat(service.read(text, Optional.of(client))).isEqualTo(content);
        }
        assertThatThrownBy(() -> service.read(text, Optional.of(X25519.generate(service.random()))))
                .isInstanceOfSatisfying(
                        DescriptorException.class, e -> assertThat(e.kind()).isEqualTo(Kind.WRONG_AUTHORIZATION));
        assertThatThrownBy(() -> service.read(text, Optional.empty()))
                .isInstanceOfSatisfying(
                        DescriptorException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NEEDS_AUTHORIZATION));
    }

    private static List<Bytes> clientKeys(TestService service, int count) {
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(X25519.generate(service.random()).publicKey());
        }
        return keys;
    }

    /** T42: whatever a service puts into its inner layer, reading it ends in a descriptor or in the one exception. */
    @Property(tries = 150)
    void t42_read_innerLayerOfAnyKind_endsInTheException(
            @ForAll long seed, @ForAll @Size(max = 12) List<@IntRange(max = 11) Integer> lines, @ForAll int cut) {
        TestService service = new TestService(seed);
        String[] parts = {
            "create2-formats 2\n",
            "create2-formats\n",
            "introduction-point \n",
            "introduction-point AwAGCgkIASMp\n",
            "introduction-point AA==\nonion-key ntor\nauth-key\nenc-key\nenc-key-cert\n",
            "pow-params v1\n",
            "pow-params v1 " + "A".repeat(43) + "= 4294967295 2030-01-01T00:00:00\n",
            "flow-control 1-2 255\n",
            "intro-auth-required\n",
            "auth-key\n-----BEGIN ED25519 CERT-----\n-----END ED25519 CERT-----\n",
            "\0",
            "-----BEGIN X-----\n"
        };
        StringBuilder inner = new StringBuilder("create2-formats 2\n");
        lines.forEach(line -> inner.append(parts[line]));
        if (cut % 4 == 0) {
            inner.setLength(Math.floorMod(cut, inner.length()));
        }
        byte[] text = inner.toString().getBytes(StandardCharsets.ISO_8859_1);
        readInner(service, text.length == 0 ? new byte[1] : text);
    }

    /** T42: bytes at random, too. */
    @Property(tries = 150)
    void t42_read_innerLayerOfAnyBytes_endsInTheException(@ForAll @Size(min = 1, max = 300) byte[] inner) {
        readInner(new TestService(3), inner);
    }

    /** T46: one line of the kind that is known is read; those of other kinds are passed over. */
    @Test
    void t46_read_proofOfWork_oneOfItsKind_inItsRange() {
        String v1 = "pow-params v1 " + "A".repeat(43) + "= %s 2030-01-01T00:00:00\n";
        assertThat(readLines(String.format(Locale.ROOT, v1, "4294967295"))).isEmpty();
        assertThat(readLines(String.format(Locale.ROOT, v1, "4294967296"))).contains(Kind.INVALID);
        assertThat(readLines(String.format(Locale.ROOT, v1, "-1"))).contains(Kind.INVALID);
        assertThat(readLines("pow-params v2 anything at all\npow-params v9\n")).isEmpty();
        assertThat(readLines("pow-params v2 one\n" + String.format(Locale.ROOT, v1, "1")))
                .isEmpty();
        assertThat(readLines(String.format(Locale.ROOT, v1, "1").repeat(2))).contains(Kind.INVALID);
        assertThat(readLines("pow-params v1 AAAA 1 2030-01-01T00:00:00\n")).contains(Kind.INVALID);
        assertThat(readLines(String.format(Locale.ROOT, v1, "1").replace("2030", "abcd")))
                .contains(Kind.INVALID);
    }

    private static Optional<Kind> readLines(String lines) {
        return readInner(new TestService(8), ("create2-formats 2\n" + lines).getBytes(StandardCharsets.US_ASCII));
    }

    /** T42: NULs alone, and a thousand points. */
    @Test
    void t42_read_hollowLayers_areInvalid() {
        TestService service = new TestService(4);
        assertThat(readInner(service, new byte[100])).contains(Kind.INVALID);
        assertThat(readInner(
                        service,
                        ("create2-formats 2\n" + "introduction-point AA==\n".repeat(1000))
                                .getBytes(StandardCharsets.US_ASCII)))
                .isEmpty(); // all of them are of no use, and left out
        assertThat(readMiddle(service, new byte[10_000])).contains(Kind.INVALID);
        assertThat(readMiddle(service, "desc-auth-type x25519\n".getBytes(StandardCharsets.US_ASCII)))
                .contains(Kind.INVALID);
    }

    @Property(tries = 150)
    void t42_read_middleLayerOfAnyBytes_endsInTheException(@ForAll @Size(min = 1, max = 300) byte[] middle) {
        assertThat(readMiddle(new TestService(5), middle)).contains(Kind.INVALID);
    }

    /** T42: any byte of the text changed, or the text cut anywhere, is noticed. */
    @Property(tries = 150)
    void t42_read_anyByteChangedOrCut_isInvalid(@ForAll int where, @ForAll byte value, @ForAll boolean cut) {
        TestService service = new TestService(6);
        byte[] text = service.make(service.content(1), List.of()).toArray();
        int at = Math.floorMod(where, text.length);
        if (cut) {
            text = Arrays.copyOf(text, at);
        } else if (text[at] == value || at == text.length - 2) {
            return; // four bits of the last letter of base64 stand for nothing
        } else {
            text[at] = value;
        }
        Bytes changed = Bytes.copyOf(text);
        assertThatThrownBy(() -> service.read(changed, Optional.empty())).isInstanceOf(DescriptorException.class);
    }

    /** T41: a point with a key of small order is left out, wherever that key is. */
    @Test
    void t41_read_pointsWithBadKeys_areLeftOut() throws Exception {
        TestService service = new TestService(7);
        IntroductionPoint good = service.point();
        Bytes zeros = Bytes.copyOf(new byte[32]);
        Bytes neutral = Bytes.fromHex("01" + "00".repeat(31));
        for (Bytes bad : List.of(zeros, neutral)) {
            Descriptor content = withPoints(
                    service,
                    new IntroductionPoint(good.linkSpecifiers(), bad, good.authKey(), good.encryptionKey()),
                    new IntroductionPoint(good.linkSpecifiers(), good.onionKey(), bad, good.encryptionKey()),
                    good,
                    new IntroductionPoint(good.linkSpecifiers(), good.onionKey(), good.authKey(), bad));
            assertThat(service.read(service.make(content, List.of()), Optional.empty())
                            .introductionPoints())
                    .containsExactly(good);
        }
    }

    private static Descriptor withPoints(TestService service, IntroductionPoint... points) {
        Descriptor content = service.content(0);
        return new Descriptor(
                content.revision(),
                content.lifetime(),
                ImmutableList.copyOf(points),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static Optional<Kind> readInner(TestService service, byte[] inner) {
        Secrets secrets = secrets(service);
        Bytes blob = LayerCipher.encrypt(Layer.INNER, secrets, new byte[0], inner, service.random());
        String key = DescriptorText.padded(X25519.generate(service.random()).publicKey());
        return readMiddle(
                service,
                new DescriptorText()
                        .line("desc-auth-type", "x25519")
                        .line("desc-auth-ephemeral-key", key)
                        .line("auth-client", "AAAAAAAAAAA", "A".repeat(22), "A".repeat(22))
                        .line("encrypted")
                        .object("MESSAGE", blob)
                        .toBytes());
    }

    private static Optional<Kind> readMiddle(TestService service, byte[] middle) {
        Bytes blob = LayerCipher.encrypt(Layer.OUTER, secrets(service), new byte[0], middle, service.random());
        Bytes signed = Bytes.copyOf(new DescriptorText()
                .line("hs-descriptor", 3)
                .line("descriptor-lifetime", 180)
                .line("descriptor-signing-key-cert")
                .certificate(DescriptorMaker.certify(
                        service.blinded(), service.signing().publicKey(), TestService.NOW))
                .line("revision-counter", 77)
                .line("superencrypted")
                .object("MESSAGE", blob)
                .toBytes());
        Bytes signature = service.signing().sign(Bytes.concat(Bytes.copyOf(OuterLayer.SIGNATURE_PREFIX), signed));
        String last = "signature " + DescriptorText.unpadded(signature) + "\n";
        Bytes text = Bytes.concat(signed, Bytes.copyOf(last.getBytes(StandardCharsets.US_ASCII)));
        try {
            assertThat(service.read(text, Optional.empty()).introductionPoints())
                    .isEmpty();
            return Optional.empty();
        } catch (DescriptorException e) {
            return Optional.of(e.kind());
        }
    }

    private static Secrets secrets(TestService service) {
        return new Secrets(service.keys().blindedKey(), service.keys().subcredential(), UnsignedLong.valueOf(77));
    }

    /** The last one still fits with all optional lines and with relays that have IPv6 addresses, and the next doesn't. */
    @Test
    void maxClients_thatManyFit_andNotOneMore() throws Exception {
        TestService service = new TestService(9);
        List<Bytes> clients = clientKeys(service, 401);
        for (int points : new int[] {1, 3, 10, 20}) {
            Descriptor plain = service.content(points);
            ImmutableList.Builder<IntroductionPoint> large = ImmutableList.builder();
            for (IntroductionPoint point : plain.introductionPoints()) {
                large.add(new IntroductionPoint(
                        ImmutableList.<LinkSpecifier>builder()
                                .addAll(point.linkSpecifiers())
                                .add(new LinkSpecifier.Ipv6(
                                        (Inet6Address) InetAddresses.forString("2001:db8::1"), 9001))
                                .build(),
                        point.onionKey(),
                        point.authKey(),
                        point.encryptionKey()));
            }
            Descriptor content = new Descriptor(
                    plain.revision(),
                    plain.lifetime(),
                    large.build(),
                    false,
                    Optional.of(new Descriptor.FlowControl("1-2", 31)),
                    Optional.of(new PowParameters(Bytes.copyOf(new byte[32]), 0xffffffffL, TestService.NOW)));
            int most = DescriptorMaker.maxClients(points);
            assertThat(service.make(content, clients.subList(0, most)).size()).isLessThanOrEqualTo(50_000);
            assertThatThrownBy(() -> service.make(content, clients.subList(0, most + 1)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
