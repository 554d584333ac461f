package org.onion4j.circuit.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CertType;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.handshake.NtorClient;
import org.onion4j.crypto.handshake.NtorV3Client;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.Tor1ClientCrypto;
import org.onion4j.crypto.testing.SeededRandom;

@Timeout(60)
class ScriptedRelayTest {
    private final RandomSource random = new SeededRandom(2);
    private ScriptedRelay relay;
    private PlainClient client;

    @BeforeEach
    void start() throws Exception {
        relay = ScriptedRelay.start();
        client = new PlainClient(relay.address());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        relay.close();
        relay.assertNoFailures();
    }

    @Test
    void linkHandshake_honestRelay_sendsTheFourCellsAndOpens() throws Exception {
        List<ChannelMessage> messages = client.handshake();
        assertThat(messages).hasExactlyElementsOfTypes(Versions.class, Certs.class, AuthChallenge.class, Netinfo.class);
        Certs certs = (Certs) messages.get(1);
        assertThat(certs.certs().stream().map(c -> c.type().wire())).containsExactly(1, 2, 4, 5, 7);
        assertThat(certs.body(CertType.RSA_LINK)).contains(client.tlsCertificate());
        assertThat(relay.keys().tlsCertificate()).isEqualTo(client.tlsCertificate());
        assertThat(relay.awaitLink().received(CellCommand.NETINFO)).isEqualTo(1);
        assertThat(relay.awaitCell(CellCommand.NETINFO).message()).isInstanceOf(Netinfo.class);
    }

    @Test
    void certificates_x509_verifyUnderTheIdentity() throws Exception {
        Certs certs = relay.keys().certs();
        for (CertType type : List.of(CertType.RSA_LINK, CertType.RSA_IDENTITY)) {
            byte[] der = certs.body(type).orElseThrow().toArray();
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            certificate.verify(relay.keys().rsaKey().getPublic());
            certificate.checkValidity();
        }
    }

    @Test
    void createFast_thenMessages_areRecognisedBothWays() throws Exception {
        client.handshake();
        ClientHandshake handshake = new CreateFastClient(random);
        client.send(PlainClient.CIRCUIT, new CreateFast(handshake.onionskin()));
        CreatedFast created = (CreatedFast) client.read();
        try (HandshakeResult result = handshake.finish(created.reply())) {
            client.addHop(Tor1ClientCrypto.ofRelay(result.keys()));
        }
        client.send(0, 5, Begin.to("a.test", 80, 0), CellCommand.RELAY);
        ReceivedMessage begin = relay.awaitMessage();
        assertThat(begin.streamId()).isEqualTo(5);
        assertThat(begin.message()).isEqualTo(new Begin("a.test", 80, 0));
        begin.hop().send(5, Connected.withoutAddress());
        assertThat(client.readMessage()).isEqualTo(new PlainClient.FromHop(0, 5, Connected.withoutAddress()));
        begin.hop().circuit().destroy(DestroyReason.FINISHED);
        assertThat(client.read()).isEqualTo(new Destroy(DestroyReason.FINISHED));
    }

    @Test
    void extend_toTwoFurtherRelays_letsEachHopSpeak() throws Exception {
        buildThreeHops();
        client.send(2, 0, new Drop(), CellCommand.RELAY);
        client.send(1, 0, new Drop(), CellCommand.RELAY);
        client.send(0, 0, new Drop(), CellCommand.RELAY);
        for (int hop = 2; hop >= 0; hop--) {
            ReceivedMessage drop = relay.awaitMessage(Drop.class);
            assertThat(drop.hop().index()).isEqualTo(hop);
            assertThat(drop.hop().forwardTag()).isEqualTo(client.forwardTag(hop));
            drop.hop().send(0, new Drop());
            assertThat(client.readMessage().hop()).isEqualTo(hop);
            assertThat(drop.hop().backwardTag()).isEqualTo(client.backwardTag(hop));
        }
    }

    @Test
    void extend_toUnknownRelay_isAnsweredByTruncated() throws Exception {
        client.handshake();
        createFirstHop();
        RelayKeys stranger = new RelayKeys(java.time.Instant.now(), random);
        ClientHandshake handshake = new NtorClient(stranger.rsaIdentity(), stranger.ntorOnionKey(), random);
        client.send(0, 0, extend(stranger, HandshakeType.NTOR, handshake.onionskin()), CellCommand.RELAY_EARLY);
        assertThat(client.readMessage().message()).isEqualTo(new Truncated(DestroyReason.CONNECTFAILED));
        handshake.close();
    }

    @Test
    void data_inBothDirections_keepsToTheWindows() throws Exception {
        buildThreeHops();
        ScriptedHop exit = relay.awaitLink().anyCircuit().lastHop();
        for (int i = 1; i <= 100; i++) {
            client.send(2, 9, new Data(Bytes.copyOf(new byte[] {(byte) i})), CellCommand.RELAY);
            if (i == 50) {
                assertThat(client.readMessage().message()).isEqualTo(Sendme.withoutTag());
            }
        }
        Bytes tag = client.forwardTag(2);
        assertThat(client.readMessage()).isEqualTo(new PlainClient.FromHop(2, 0, Sendme.withTag(tag)));
        assertThat(client.readMessage()).isEqualTo(new PlainClient.FromHop(2, 9, Sendme.withoutTag()));
        assertThat(relay.takeMessages()).hasSize(100);

        byte[] sent = new byte[498 * 1100];
        relay.run(() -> exit.sendData(9, sent));
        for (int i = 1; i <= 1100; i++) {
            assertThat(client.readMessage().message()).isInstanceOf(Data.class);
            if (i % 100 == 0) {
                client.send(2, 0, Sendme.withTag(client.backwardTag(2)), CellCommand.RELAY);
            }
            if (i % 50 == 0) {
                client.send(2, 9, Sendme.withoutTag(), CellCommand.RELAY);
            }
        }
    }

    @Test
    void reset_endsTheLinkOfTheClient() throws Exception {
        client.handshake();
        relay.awaitLink().reset();
        org.assertj.core.api.Assertions.assertThatExceptionOfType(java.io.IOException.class)
                .isThrownBy(() -> client.read());
    }

    private void buildThreeHops() throws Exception {
        client.handshake();
        createFirstHop();
        RelayKeys middle = relay.relays().get(1);
        extendTo(
                middle,
                HandshakeType.NTOR_V3,
                new NtorV3Client(
                        middle.ed25519Identity(), middle.ntorOnionKey(), NtorV3Extensions.NONE.encode(), random));
        RelayKeys exit = relay.relays().get(2);
        extendTo(exit, HandshakeType.NTOR, new NtorClient(exit.rsaIdentity(), exit.ntorOnionKey(), random));
    }

    private void createFirstHop() throws Exception {
        RelayKeys keys = relay.keys();
        ClientHandshake handshake = new NtorClient(keys.rsaIdentity(), keys.ntorOnionKey(), random);
        client.send(PlainClient.CIRCUIT, new Create2(HandshakeType.NTOR, handshake.onionskin()));
        addHop(handshake, ((Created2) client.read()).data());
    }

    private void extendTo(RelayKeys keys, HandshakeType type, ClientHandshake handshake) throws Exception {
        int last = relay.relays().indexOf(keys) - 1;
        client.send(last, 0, extend(keys, type, handshake.onionskin()), CellCommand.RELAY_EARLY);
        RelayMessage answer = client.readMessage().message();
        addHop(handshake, ((Extended2) answer).data());
    }

    private void addHop(ClientHandshake handshake, Bytes reply) throws Exception {
        try (HandshakeResult result = handshake.finish(reply)) {
            client.addHop(Tor1ClientCrypto.ofRelay(result.keys()));
        }
    }

    private static Extend2 extend(RelayKeys keys, HandshakeType type, Bytes onionskin) {
        Inet4Address address = (Inet4Address) InetAddress.getLoopbackAddress();
        return new Extend2(
                ImmutableList.of(new LinkSpecifier.Ipv4(address, 9001), new LinkSpecifier.RsaId(keys.rsaIdentity())),
                type,
                onionskin);
    }

    @Test
    void relay_ofIdentity_isFound() {
        assertThat(relay.relay(relay.relays().get(2).rsaIdentity()))
                .isEqualTo(Optional.of(relay.relays().get(2)));
    }
}
