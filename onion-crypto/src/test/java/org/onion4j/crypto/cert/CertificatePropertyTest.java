package org.onion4j.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.Ed25519Certificate.Extension;

class CertificatePropertyTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @Property(tries = 300)
    void ed25519_anyValue_roundTrips(
            @ForAll @IntRange(max = 255) int type,
            @ForAll @LongRange(max = 0xffffffffL) long hours,
            @ForAll @IntRange(max = 255) int keyType,
            @ForAll @Size(32) byte[] key,
            @ForAll @Size(max = 5) List<@Size(max = 50) byte[]> extensions,
            @ForAll @Size(64) byte[] signature)
            throws WireFormatException {
        ImmutableList.Builder<Extension> list = ImmutableList.builder();
        for (byte[] data : extensions) {
            list.add(new Extension(5 + data.length, data.length, Bytes.copyOf(data)));
        }
        Ed25519Certificate certificate = new Ed25519Certificate(
                Ed25519CertType.ofWire(type),
                hours,
                CertifiedKeyType.ofWire(keyType),
                Bytes.copyOf(key),
                list.build(),
                Bytes.copyOf(signature));
        assertThat(Ed25519Certificate.decode(certificate.encode())).isEqualTo(certificate);
    }

    @Property(tries = 500)
    void ed25519_anyBytes_giveCertificateOrWireFormat(
            @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 4) int extensions) {
        decodes(bytes);
        byte[] begun = Arrays.copyOf(bytes, bytes.length + 40);
        System.arraycopy(bytes, 0, begun, 40, bytes.length);
        begun[0] = 1;
        begun[39] = (byte) extensions;
        decodes(begun);
    }

    private static void decodes(byte[] bytes) {
        try {
            assertThat(Ed25519Certificate.decode(Bytes.copyOf(bytes)).encode()).isEqualTo(Bytes.copyOf(bytes));
        } catch (WireFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 300)
    void cross_anyValue_roundTrips(
            @ForAll @Size(32) byte[] key,
            @ForAll @LongRange(max = 0xffffffffL) long hours,
            @ForAll @Size(max = 255) byte[] signature)
            throws WireFormatException {
        RsaEd25519CrossCertificate certificate =
                new RsaEd25519CrossCertificate(Ed25519Identity.copyOf(key), hours, Bytes.copyOf(signature));
        assertThat(RsaEd25519CrossCertificate.decode(certificate.encode())).isEqualTo(certificate);
    }

    @Property(tries = 300)
    void cross_anyBytes_giveCertificateOrWireFormat(@ForAll @Size(max = 300) byte[] bytes) {
        try {
            assertThat(RsaEd25519CrossCertificate.decode(Bytes.copyOf(bytes)).encode())
                    .isEqualTo(Bytes.copyOf(bytes));
        } catch (WireFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 300)
    void rsaIdentity_anyBytes_giveCertificateOrWireFormat(
            @ForAll @Size(max = 300) byte[] bytes,
            @ForAll @IntRange(max = 460) int at,
            @ForAll byte value,
            @ForAll @IntRange(max = 460) int length) {
        reads(bytes);
        byte[] changed =
                RelayChainTest.recorded(0, RelayChain.CERTS_RSA_IDENTITY).toArray();
        changed[at] = value;
        reads(changed);
        reads(Arrays.copyOf(changed, length));
    }

    private static void reads(byte[] bytes) {
        try {
            RsaIdentityCertificate.decode(Bytes.copyOf(bytes)).verify(NOW);
        } catch (WireFormatException | InvalidCertificateException e) {
            assertThat(e).hasMessageMatching("(RSA|X.509) .*");
        }
    }

    @Property(tries = 100)
    void chain_anyBytes_throwInvalidCertificateAlone(@ForAll @Size(max = 300) byte[] bytes) {
        boolean refused = false;
        try {
            RelayChain.verify(number -> Optional.of(Bytes.copyOf(bytes)), Bytes.EMPTY, NOW);
        } catch (InvalidCertificateException e) {
            refused = true;
        }
        assertThat(refused).isTrue();
    }
}
