package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;

/** T02: a relay that shows certificates of another relay, or its own with one thing wrong. No circuit is ever tried. */
@Timeout(60)
class PeerCertificatesHostileTest {
    private static Instant now;
    private static Instant expired;
    private static RelayKeys own;
    private static RelayKeys other;
    private static ScriptedRelay relay;
    private static volatile Certs shown;
    private final TestEnvironment environment = new TestEnvironment();

    @BeforeAll
    static void startRelay() throws IOException {
        now = Instant.now();
        expired = now.minus(Duration.ofDays(2));
        own = new RelayKeys(now, new SeededRandom(3));
        other = new RelayKeys(now, new SeededRandom(4));
        relay = ScriptedRelay.builder()
                .relay(own)
                .count(1)
                .script(new RelayScript() {
                    @Override
                    public void onLink(ScriptedLink link) throws IOException {
                        link.sendRaw(link.versions());
                        link.sendRaw(CellFrame.encode(0, shown));
                        link.sendRaw(link.authChallenge());
                        link.sendRaw(link.netinfo());
                    }
                })
                .start();
    }

    @AfterAll
    static void stopRelay() throws IOException {
        relay.close();
        relay.assertNoFailures();
    }

    @AfterEach
    void closeEnvironment() {
        environment.close();
    }

    /** Certificates that prove who the relay is, though not at this time. */
    static Stream<Arguments> outOfTheirTime() {
        return Stream.of(
                row("signing key", k -> k.certsWith(CertType.ED25519_SIGNING, k.signingCertificate(expired))),
                row(
                        "TLS link",
                        k -> k.certsWith(CertType.ED25519_TLS_LINK, k.tlsLinkCertificate(k.tlsCertificate(), expired))),
                row(
                        "cross-certificate",
                        k -> k.certsWith(
                                CertType.RSA_ED25519_CROSS,
                                k.crossCertificate(k.ed25519Identity().value(), expired))),
                row("RSA identity", k -> k.certsWith(CertType.RSA_IDENTITY, k.rsaIdentityCertificate(expired))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outOfTheirTime")
    void t37_expiredCertificate_isToldFromOtherFaults(String what, Function<RelayKeys, Certs> certs) throws Exception {
        ChannelException failure = failure(certs.apply(own), TestEnvironment.target(relay));
        assertThat(failure.kind()).as(what).isEqualTo(ChannelException.Kind.CLOCK);
        assertThat(failure.clockSkew())
                .hasValueSatisfying(skew -> assertThat(skew).isBetween(Duration.ofHours(-50), Duration.ofHours(-47)));
    }

    @Test
    void t37_expiredCertificateOfAnotherRelay_isNoMatterOfTheClock() throws Exception {
        ChannelTarget target =
                new ChannelTarget(relay.address(), other.rsaIdentity(), Optional.of(own.ed25519Identity()));
        assertThat(refusal(own.certsWith(CertType.ED25519_SIGNING, own.signingCertificate(expired)), target))
                .isEqualTo(ChannelException.Kind.IDENTITY);
    }

    @Test
    void t37_expiredCertificateWithAFalseOne_isNoMatterOfTheClock() throws Exception {
        Certs certs = own.certsWith(CertType.ED25519_SIGNING, own.signingCertificate(expired));
        byte[] cross = certs.body(CertType.RSA_ED25519_CROSS).orElseThrow().toArray();
        cross[cross.length - 1] ^= 1;
        Certs twoFaults = new Certs(certs.certs().stream()
                .map(c ->
                        c.type().equals(CertType.RSA_ED25519_CROSS) ? new Certs.Cert(c.type(), Bytes.copyOf(cross)) : c)
                .collect(ImmutableList.toImmutableList()));
        assertThat(refusal(twoFaults, TestEnvironment.target(relay))).isEqualTo(ChannelException.Kind.HANDSHAKE);
    }

    /** The clock of the client is wrong by days, the relay is all right. */
    @ParameterizedTest
    @ValueSource(ints = {45, 10_000, -45, -10_000})
    void t37_clockFarOff_isToldWithSignAndSize(int days) throws Exception {
        shown = own.certs();
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofDays(days));
        try (TestEnvironment skewed = TestEnvironment.builder().clock(wrong).build()) {
            Channel channel = skewed.open(relay);
            ChannelException failure = (ChannelException) TestEnvironment.failure(channel.opened());
            assertThat(failure.kind()).isEqualTo(ChannelException.Kind.CLOCK);
            Duration skew = failure.clockSkew().orElseThrow();
            assertThat(skew.isNegative()).isEqualTo(days > 0);
            assertThat(skew.abs()).isBetween(Duration.ofDays(Math.abs(days) - 31), Duration.ofDays(Math.abs(days)));
            assertThat(relay.awaitLinkEnd().received(CellCommand.NETINFO)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, -3, -20 * 24, 20 * 24})
    void t37_clockSomewhatOff_opensAndIsTold(int hours) throws Exception {
        shown = own.certs();
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofHours(hours));
        try (TestEnvironment skewed = TestEnvironment.builder().clock(wrong).build()) {
            Channel channel = skewed.openNow(relay);
            assertThat(channel.link().clockSkew())
                    .hasValueSatisfying(
                            skew -> assertThat(skew.plusHours(hours).abs()).isLessThan(Duration.ofMinutes(2)));
            channel.close();
            relay.awaitLinkEnd();
        }
    }

    private static Arguments row(String what, Function<RelayKeys, Certs> certs) {
        return Arguments.of(what, certs);
    }

    static Stream<Arguments> mutations() {
        Instant good = now.plus(Duration.ofDays(10));
        return Stream.of(
                row(
                        "TLS link of another certificate",
                        k -> k.certsWith(
                                CertType.ED25519_TLS_LINK, k.tlsLinkCertificate(other.tlsCertificate(), good))),
                row(
                        "TLS link by the identity, not the signing key",
                        k -> k.certsWith(
                                CertType.ED25519_TLS_LINK,
                                RelayKeys.ed25519Certificate(
                                        CertType.ED25519_TLS_LINK,
                                        good,
                                        RelayKeys.KEY_TYPE_X509_DIGEST,
                                        digest(k.tlsCertificate()),
                                        k.identityKey(),
                                        false))),
                row(
                        "TLS link by another relay",
                        k -> k.certsWith(
                                CertType.ED25519_TLS_LINK, other.tlsLinkCertificate(k.tlsCertificate(), good))),
                row(
                        "TLS link of an RSA key",
                        k -> k.certsWith(
                                CertType.ED25519_TLS_LINK,
                                RelayKeys.ed25519Certificate(
                                        CertType.ED25519_TLS_LINK,
                                        good,
                                        RelayKeys.KEY_TYPE_RSA_DIGEST,
                                        digest(k.tlsCertificate()),
                                        k.signingKey(),
                                        false))),
                row(
                        "signing key by another identity",
                        k -> k.certsWith(
                                CertType.ED25519_SIGNING,
                                RelayKeys.ed25519Certificate(
                                        CertType.ED25519_SIGNING,
                                        good,
                                        RelayKeys.KEY_TYPE_ED25519,
                                        k.signingKey().publicKey(),
                                        other.identityKey(),
                                        true))),
                row(
                        "signing key without the signer",
                        k -> k.certsWith(
                                CertType.ED25519_SIGNING,
                                RelayKeys.ed25519Certificate(
                                        CertType.ED25519_SIGNING,
                                        good,
                                        RelayKeys.KEY_TYPE_ED25519,
                                        k.signingKey().publicKey(),
                                        k.identityKey(),
                                        false))),
                row(
                        "signing key certificate of another type inside",
                        k -> k.certsWith(
                                CertType.ED25519_SIGNING,
                                RelayKeys.ed25519Certificate(
                                        CertType.ED25519_AUTHENTICATE,
                                        good,
                                        RelayKeys.KEY_TYPE_ED25519,
                                        k.signingKey().publicKey(),
                                        k.identityKey(),
                                        true))),
                row(
                        "cross-certificate of another Ed25519 identity",
                        k -> k.certsWith(
                                CertType.RSA_ED25519_CROSS,
                                k.crossCertificate(other.ed25519Identity().value(), good))),
                row(
                        "cross-certificate by another RSA identity",
                        k -> k.certsWith(
                                CertType.RSA_ED25519_CROSS,
                                other.crossCertificate(k.ed25519Identity().value(), good))),
                row(
                        "RSA identity of another relay",
                        k -> k.certsWith(CertType.RSA_IDENTITY, other.rsaIdentityCertificate(good))),
                row("no RSA identity", k -> k.certsWithout(CertType.RSA_IDENTITY)),
                row("no signing key", k -> k.certsWithout(CertType.ED25519_SIGNING)),
                row("no TLS link", k -> k.certsWithout(CertType.ED25519_TLS_LINK)),
                row("no cross-certificate", k -> k.certsWithout(CertType.RSA_ED25519_CROSS)),
                row("RSA identity flipped", k -> flipped(k, CertType.RSA_IDENTITY, 1)),
                row("signing key flipped", k -> flipped(k, CertType.ED25519_SIGNING, 1)),
                row("TLS link flipped", k -> flipped(k, CertType.ED25519_TLS_LINK, 1)),
                row("cross-certificate flipped", k -> flipped(k, CertType.RSA_ED25519_CROSS, 1)),
                row("signing key cut short", k -> cutShort(k, CertType.ED25519_SIGNING)),
                row("cross-certificate cut short", k -> cutShort(k, CertType.RSA_ED25519_CROSS)),
                row("RSA identity cut short", k -> cutShort(k, CertType.RSA_IDENTITY)),
                row("signing key empty", k -> k.certsWith(CertType.ED25519_SIGNING, Bytes.EMPTY)),
                row("RSA identity empty", k -> k.certsWith(CertType.RSA_IDENTITY, Bytes.EMPTY)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void t02_oneThingWrong_isRefusedBeforeAnyCircuit(String what, Function<RelayKeys, Certs> certs) throws Exception {
        assertThat(refusal(certs.apply(own), TestEnvironment.target(relay)))
                .as(what)
                .isEqualTo(ChannelException.Kind.HANDSHAKE);
    }

    @Test
    void t02_certificatesOfAnotherRelay_areRefused() throws Exception {
        ChannelTarget target =
                new ChannelTarget(relay.address(), other.rsaIdentity(), Optional.of(other.ed25519Identity()));
        assertThat(other.tlsCertificate()).isNotEqualTo(own.tlsCertificate());
        assertThat(refusal(other.certs(), target)).isEqualTo(ChannelException.Kind.HANDSHAKE);
    }

    @Test
    void t02_otherRsaIdentityThanExpected_isRefused() throws Exception {
        ChannelTarget target =
                new ChannelTarget(relay.address(), other.rsaIdentity(), Optional.of(own.ed25519Identity()));
        assertThat(refusal(own.certs(), target)).isEqualTo(ChannelException.Kind.IDENTITY);
    }

    @Test
    void t02_otherEd25519IdentityThanExpected_isRefused() throws Exception {
        ChannelTarget target =
                new ChannelTarget(relay.address(), own.rsaIdentity(), Optional.of(other.ed25519Identity()));
        assertThat(refusal(own.certs(), target)).isEqualTo(ChannelException.Kind.IDENTITY);
    }

    @Test
    void certificatesOfItsOwn_withoutTheOneOfNoUse_open() throws Exception {
        shown = own.certsWithout(CertType.RSA_LINK);
        Channel channel = environment.openNow(relay);
        channel.close();
        relay.awaitLinkEnd();
    }

    @Test
    void ed25519IdentityNotKnownBefore_isFoundOut() throws Exception {
        shown = own.certs();
        Channel channel = Channel.open(
                new ChannelTarget(relay.address(), own.rsaIdentity(), Optional.empty()), environment.environment());
        assertThat(TestEnvironment.get(channel.opened()).link().ed25519Identity())
                .isEqualTo(own.ed25519Identity());
        channel.close();
        relay.awaitLinkEnd();
    }

    private ChannelException.Kind refusal(Certs certs, ChannelTarget target) throws Exception {
        return failure(certs, target).kind();
    }

    private ChannelException failure(Certs certs, ChannelTarget target) throws Exception {
        shown = certs;
        Channel channel = Channel.open(target, environment.environment());
        Throwable failure = TestEnvironment.failure(channel.opened());
        assertThat(failure).isInstanceOf(ChannelException.class);
        ScriptedLink link = relay.awaitLinkEnd();
        assertThat(link.received(CellCommand.NETINFO)).isZero();
        assertThat(link.received(CellCommand.CREATE2) + link.received(CellCommand.CREATE_FAST))
                .isZero();
        return (ChannelException) failure;
    }

    private static Certs flipped(RelayKeys keys, CertType type, int fromEnd) {
        byte[] body = keys.certs().body(type).orElseThrow().toArray();
        body[body.length - fromEnd] ^= 0x10;
        return keys.certsWith(type, Bytes.copyOf(body));
    }

    private static Certs cutShort(RelayKeys keys, CertType type) {
        Bytes body = keys.certs().body(type).orElseThrow();
        return keys.certsWith(type, body.slice(0, body.size() - 1));
    }

    private static Bytes digest(Bytes certificate) {
        return org.onion4j.crypto.primitive.Digests.sha256(certificate.toArray());
    }
}
