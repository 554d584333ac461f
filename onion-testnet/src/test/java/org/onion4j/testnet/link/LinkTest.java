package org.onion4j.testnet.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.testnet.link.LinkTestKit.Received;

/** Links in memory: between two relays, and from the client's own channel. */
class LinkTest {
    private final LinkTestKit kit = new LinkTestKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void relays_authenticateEachOther_andExchangeCells() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();

        RelayLink dialed = two.dial(one);
        RelayLink accepted = one.nextLink();

        assertThat(dialed.peer()).contains(one.keys().identities());
        assertThat(accepted.peer()).contains(two.keys().identities());
        assertThat(dialed.version()).isEqualTo(5);
        assertThat(accepted.version()).isEqualTo(5);
        assertThat(dialed.isInitiator()).isTrue();
        assertThat(accepted.isInitiator()).isFalse();
        Received there = one.receive(accepted);
        Received here = two.receive(dialed);
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        Arrays.fill(body, (byte) 7);
        two.run(() -> dialed.send(0x80000001, CellCommand.CREATE2.wire(), body, 0));
        one.run(() -> accepted.sendVariable(0, CellCommand.VPADDING.wire(), new byte[] {1, 2, 3}, 1, 2));
        assertThat(there.next().circuitId()).isEqualTo(0x80000001);
        assertThat(here.next().body().toArray()).containsExactly(2, 3);
    }

    @Test
    void close_reachesThePeerInOrder_afterWhatWasSent() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();
        RelayLink dialed = two.dial(one);
        RelayLink accepted = one.nextLink();
        Received there = one.receive(accepted);

        two.run(() -> {
            dialed.send(5, CellCommand.RELAY.wire(), new byte[CellFrame.CELL_BODY_LEN], 0);
            dialed.close();
        });

        assertThat(there.next().command()).isEqualTo(CellCommand.RELAY.wire());
        assertThat(there.ended()).isNull();
        assertThat(accepted.isClosed()).isTrue();
    }

    @Test
    void reset_isAnErrorToThePeer() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();
        RelayLink dialed = two.dial(one);
        Received there = one.receive(one.nextLink());

        two.run(dialed::reset);

        assertThat(there.ended()).hasMessageContaining("reset");
    }

    @Test
    void dial_anotherRelayThanExpected_fails() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();
        LinkTarget wrong = new LinkTarget(one.address(), two.keys().rsaIdentity(), Optional.empty());

        assertThatThrownBy(() -> two.dial(wrong))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("another relay");
    }

    @Test
    void dial_nobodyListens_isRefused() {
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        LinkTarget nobody = new LinkTarget(
                new InetSocketAddress("10.0.0.9", 9001), two.keys().rsaIdentity(), Optional.empty());

        assertThatThrownBy(() -> two.dial(nobody)).hasMessageContaining("refused");
    }

    @Test
    void clientsChannel_opensAndSendsCells_withoutAuthentication() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        one.listen();
        ChannelTarget target = new ChannelTarget(
                one.address(), one.keys().rsaIdentity(), Optional.of(one.keys().ed25519Identity()));
        try (Channel channel = Channel.open(target, clientEnvironment())) {
            channel.opened().get(30, TimeUnit.SECONDS);
            RelayLink accepted = one.nextLink();
            Received there = one.receive(accepted);
            CompletableFuture<Integer> answer = new CompletableFuture<>();
            int id = channel.attach(LinkTestKit.handler((command, body) -> answer.complete(command)));

            channel.send(id, CellCommand.CREATE_FAST, new byte[CellFrame.CELL_BODY_LEN], 0);

            assertThat(there.next().circuitId()).isEqualTo(id);
            assertThat(accepted.peer()).isEmpty();
            one.run(() -> accepted.send(id, CellCommand.CREATED_FAST.wire(), new byte[CellFrame.CELL_BODY_LEN], 0));
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(CellCommand.CREATED_FAST.wire());
            assertThat(channel.link().ed25519Identity()).isEqualTo(one.keys().ed25519Identity());
        }
    }

    private ChannelEnvironment clientEnvironment() throws Exception {
        return new ChannelEnvironment(
                kit.net().connector("client", InetAddress.getByName("10.9.9.9")),
                kit.time().clock(),
                kit.time().ticker(),
                new SystemRandom(),
                kit.clientLoop(),
                Thread::new,
                Duration.ofSeconds(30));
    }

    @Test
    void tls12Client_ofThePlatform_isServed() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        one.listen();
        Socket plain = kit.net().connector("client", LinkTestKit.ip("10.9.9.9")).connect(one.address(), 30_000);
        try (SSLSocket tls = JsseClient.connect(plain, "TLSv1.2")) {
            assertThat(tls.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(Bytes.copyOf(tls.getSession().getPeerCertificates()[0].getEncoded()))
                    .isEqualTo(one.keys().tlsCertificateDer());
            OutputStream out = tls.getOutputStream();
            out.write(CellFrame.encodeInitial(Versions.of(4)));
            out.write(CellFrame.encode(0, Netinfo.ofClient(one.address().getAddress())));

            assertThat(one.nextLink().version()).isEqualTo(4);
        }
    }

    @Test
    void tls12_betweenRelays_hasAnExporterToo() throws Exception {
        try (LinkTestKit old = new LinkTestKit(false)) {
            LinkTestKit.Peer one = old.newRelay("one", "10.0.0.1");
            LinkTestKit.Peer two = old.newRelay("two", "10.0.0.2");
            one.listen();

            two.dial(one);

            assertThat(one.nextLink().peer()).contains(two.keys().identities());
        }
    }

    @Test
    void silentPeer_isGivenUpByTheNetworksTime() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        one.listen();
        try (Socket silent =
                kit.net().connector("client", LinkTestKit.ip("10.9.9.9")).connect(one.address(), 30_000)) {
            one.run(() -> {});

            kit.time().advance(Duration.ofSeconds(61));

            assertThat(silent.getInputStream().readAllBytes()).hasSizeLessThan(100);
        }
    }
}
