package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.MicrodescriptorParser;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;

/** Server descriptors and microdescriptors that we make, read by the client's parsers; and C tor's microdescriptors. */
class DescriptorPropertyTest {
    private static final RelayIdentity KEYS = new RelayIdentity(SeededRandom.of(7, "relay"), TestDirectory.NOW);
    private static final Ed25519KeyPair FAMILY = Ed25519KeyPair.generate(SeededRandom.of(7, "family"));

    @Property(tries = 60)
    void make_anyProfile_isReadAsItWasMeant(@ForAll("profiles") RelayProfile profile) throws Exception {
        ServerDescriptor read = DescriptorMaker.make(KEYS, profile, TestDirectory.NOW, Duration.ofSeconds(77));

        assertThat(read.nickname()).isEqualTo(profile.nickname());
        assertThat(read.addresses())
                .isEqualTo(new ServerDescriptor.Addresses(
                        profile.ipv4(), profile.orPort(), profile.dirPort(), profile.ipv6()));
        assertThat(read.keys().identity()).isEqualTo(KEYS.rsaIdentity());
        assertThat(read.keys().ed25519Identity()).isEqualTo(KEYS.ed25519Identity());
        assertThat(read.bandwidth().observed()).isEqualTo(profile.bandwidth());
        assertThat(read.contact()).isEqualTo(profile.contact());
        assertThat(read.uptimeSeconds()).isEqualTo(77);
        assertThat(read.ipv4Policy()).isEqualTo(profile.exitPolicy());
        assertThat(read.ipv6Policy()).isEqualTo(profile.ipv6Policy());
        assertThat(read.family()).hasSameSizeAs(profile.family());
        assertThat(read.familyIds()).hasSameSizeAs(profile.familyKeys());
        assertThat(read.services().onionServiceDirectory())
                .isEqualTo(profile.services().contains(RelayProfile.Service.ONION_SERVICE_DIRECTORY));
        assertThat(read.validAt(TestDirectory.NOW)).isTrue();
        Bytes text = MicrodescriptorMaker.make(read, 35);
        Microdescriptor micro = new MicrodescriptorParser()
                .parseAll(text.toArray())
                .good()
                .get(0)
                .microdescriptor();
        assertThat(micro.digest()).isEqualTo(MicrodescriptorMaker.digest(text));
        assertThat(micro.ipv4Policy()).isEqualTo(profile.exitPolicy().summary(Inet4Address.class));
        assertThat(micro.ipv6Policy()).isEqualTo(profile.ipv6Policy());
        assertThat(micro.familyIds()).isEqualTo(read.familyIds());
        for (RsaIdentity member : profile.family()) {
            assertThat(micro.family().contains(member, "nobody")).isTrue();
        }
    }

    @Test
    void make_descriptorsOfCTor_giveTheMicrodescriptorsThatCTorMade() throws Exception {
        String recorded = Vectors.of("consensus-set").get(0).text("microdescs");
        int same = 0;
        for (Vectors.Vector vector : Vectors.of("server-descriptor")) {
            ServerDescriptor descriptor = ServerDescriptor.parse(DocumentText.bytes(vector.text("descriptor")));
            String made = new String(MicrodescriptorMaker.make(descriptor, 35).toArray(), StandardCharsets.US_ASCII);
            assertThat(recorded).contains(made);
            same++;
        }
        assertThat(same).isEqualTo(3);
    }

    @Provide
    Arbitrary<RelayProfile> profiles() {
        Arbitrary<String> nicknames =
                Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(19);
        Arbitrary<String> contacts = Arbitraries.of("", "someone", "a b  c", "<x@example.com>");
        Arbitrary<Integer> ports = Arbitraries.integers().between(1, 65535);
        Arbitrary<Integer> bandwidths = Arbitraries.integers().between(1000, Integer.MAX_VALUE);
        Arbitrary<ExitPolicy> policies = Arbitraries.of(ImmutableList.of(
                ExitPolicy.ACCEPT_ALL,
                ExitPolicy.REJECT_ALL,
                policy("accept *:80", "accept *:443", "reject *:*"),
                policy("reject private:*", "accept 192.0.2.0/24:1-1000", "reject *:*")));
        Arbitrary<PortPolicy> policies6 = Arbitraries.of(
                PortPolicy.REJECT_ALL, PortPolicy.ACCEPT_ALL, ExitPolicy.ACCEPT_ALL.summary(Inet6Address.class));
        Arbitrary<List<RsaIdentity>> families = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(20)
                .map(RsaIdentity::copyOf)
                .list()
                .ofMaxSize(4)
                .uniqueElements();
        Arbitrary<Set<RelayProfile.Service>> services =
                Arbitraries.of(RelayProfile.Service.class).set();
        return Combinators.combine(nicknames, contacts, ports, bandwidths, policies, policies6, families, services)
                .as((nickname, contact, port, bandwidth, policy, policy6, family, service) -> {
                    RelayProfile.Builder builder = RelayProfile.builder(nickname, TestDirectory.ADDRESS, port)
                            .contact(contact.trim())
                            .dirPort(port % 2 == 0 ? 0 : port)
                            .bandwidth(bandwidth)
                            .exitPolicy(policy)
                            .ipv6Policy(policy6)
                            .family(family)
                            .familyKeys(port % 3 == 0 ? ImmutableList.of(FAMILY) : ImmutableList.of())
                            .services(service.toArray(new RelayProfile.Service[0]));
                    return port % 2 == 0
                            ? builder.build()
                            : builder.ipv6(new InetSocketAddress(address(port), port))
                                    .build();
                });
    }

    private static InetAddress address(int port) {
        try {
            return Inet6Address.getByAddress(
                    null,
                    Digests.sha256(Integer.toString(port).getBytes(StandardCharsets.US_ASCII))
                            .slice(0, 16)
                            .toArray(),
                    -1);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static ExitPolicy policy(String... lines) {
        try {
            return ExitPolicy.parse(ImmutableList.copyOf(lines));
        } catch (DocumentException e) {
            throw new AssertionError(e);
        }
    }
}
