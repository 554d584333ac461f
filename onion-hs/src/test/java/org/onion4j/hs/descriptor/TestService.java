package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.SeededRandom;

/** A service as far as its descriptors go. */
final class TestService {
    static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
    static final TimePeriod PERIOD = new TimePeriod(20_573, 1440);

    private final SeededRandom random;
    private final Ed25519KeyPair identity;
    private final Ed25519KeyPair signing;
    private final BlindedKeyPair blinded;
    private final ServiceKeys keys;

    TestService(long seed) {
        random = new SeededRandom(seed);
        identity = Ed25519KeyPair.generate(random);
        signing = Ed25519KeyPair.generate(random);
        blinded = ServiceKeys.blind(identity, PERIOD);
        keys = ServiceKeys.of(new OnionAddress(identity.publicKey()), PERIOD);
    }

    ServiceKeys keys() {
        return keys;
    }

    BlindedKeyPair blinded() {
        return blinded;
    }

    Ed25519KeyPair signing() {
        return signing;
    }

    SeededRandom random() {
        return random;
    }

    IntroductionPoint point() {
        try (X25519 onion = X25519.generate(random);
                X25519 encryption = X25519.generate(random);
                Ed25519KeyPair auth = Ed25519KeyPair.generate(random)) {
            return new IntroductionPoint(
                    ImmutableList.of(
                            new LinkSpecifier.Ipv4(
                                    (Inet4Address) InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), 9001),
                            new LinkSpecifier.RsaId(new RsaIdentity(Bytes.copyOf(random.bytes(20)))),
                            new LinkSpecifier.Ed25519Id(new Ed25519Identity(Bytes.copyOf(random.bytes(32))))),
                    onion.publicKey(),
                    auth.publicKey(),
                    encryption.publicKey());
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    Descriptor content(int points) {
        ImmutableList.Builder<IntroductionPoint> list = ImmutableList.builder();
        for (int i = 0; i < points; i++) {
            list.add(point());
        }
        return new Descriptor(
                UnsignedLong.valueOf(77), Duration.ofHours(3), list.build(), false, Optional.empty(), Optional.empty());
    }

    Bytes make(Descriptor content, List<Bytes> clients) {
        return new DescriptorMaker(keys, DescriptorMaker.certify(blinded, signing.publicKey(), NOW), signing, random)
                .make(content, clients, NOW);
    }

    Descriptor read(Bytes text, Optional<X25519> client) throws DescriptorException {
        return DescriptorReader.read(text, keys, client, NOW, 31);
    }
}
