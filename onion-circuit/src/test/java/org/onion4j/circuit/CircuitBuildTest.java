package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.handshake.ServerReply;

/** Circuits of one to three hops, by each handshake, and what a relay can do to spoil one. T08, T10. */
@Timeout(60)
class CircuitBuildTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static HopTarget ntor(int relay) throws Exception {
        return client.target(relay, HopTarget.Handshake.NTOR);
    }

    private static HopTarget ntorV3(int relay) throws Exception {
        return client.target(relay, HopTarget.Handshake.NTOR_V3);
    }

    private static void assertCarriesData(Built built) throws Exception {
        CircuitFixture.Stream stream = built.open();
        assertThat(stream.hop().index()).isEqualTo(built.circuit().length() - 1);
        stream.client().write(new byte[] {1, 2, 3}, 0, 3);
        ReceivedMessage data = built.awaitMessage(Data.class, stream.id());
        assertThat(data.message()).isEqualTo(new Data(Bytes.copyOf(new byte[] {1, 2, 3})));
        stream.hop().sendData(stream.id(), new byte[] {4, 5});
        assertThat(stream.read(2)).containsExactly(4, 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void build_hopsByNtorAndNtorV3_carryDataToTheLastOne(int hops) throws Exception {
        Built built = client.build(hops);
        assertThat(built.circuit().length()).isEqualTo(hops);
        assertThat(built.relay().hops()).hasSize(hops);
        assertCarriesData(built);
    }

    @Test
    void createFast_oneHop_carriesData() throws Exception {
        Built built = client.fast();
        assertThat(built.circuit().length()).isEqualTo(1);
        assertCarriesData(built);
    }

    @Test
    void create_byNtorV3_carriesData() throws Exception {
        Circuit circuit = client.newCircuit();
        get(circuit.create(ntorV3(0)));
        assertCarriesData(new Built(client, circuit, client.relay().awaitCircuit()));
    }

    @Test
    void extend_behindCreateFast_works() throws Exception {
        Built built = client.fast();
        get(built.circuit().extend(ntorV3(1)));
        assertCarriesData(built);
    }

    @Test
    void extend_namesAddressAndRsaIdentity_ed25519OnlyIfTold() throws Exception {
        List<Extend2> seen = Collections.synchronizedList(new ArrayList<>());
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
                seen.add(extend);
                hop.answerExtend(extend);
            }
        });
        Circuit circuit = client.fast().circuit();
        HopTarget plain = ntorV3(1);
        get(circuit.extend(plain));
        HopTarget named = new HopTarget(
                plain.rsaIdentity(),
                plain.ed25519Identity(),
                plain.ntorOnionKey(),
                plain.address(),
                plain.port(),
                plain.handshake(),
                true);
        get(circuit.extend(named));
        LinkSpecifier address = new LinkSpecifier.Ipv4(plain.address(), plain.port());
        LinkSpecifier rsa = new LinkSpecifier.RsaId(plain.rsaIdentity());
        Ed25519Identity ed25519 = plain.ed25519Identity().get();
        assertThat(seen.get(0).specifiers()).containsExactly(address, rsa);
        assertThat(seen.get(1).specifiers()).containsExactly(address, rsa, new LinkSpecifier.Ed25519Id(ed25519));
        assertThat(seen).allSatisfy(e -> assertThat(e.type()).isEqualTo(HandshakeType.NTOR_V3));
    }

    /** What a relay counts: never more than 8, and EXTEND2 in no other cell (the scripted relay looks). */
    @Test
    void relayEarly_manyMessages_atMostEightOnACircuit() throws Exception {
        Set<Long> budgets = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            long before = client.link().received(CellCommand.RELAY_EARLY);
            Built built = client.build(3);
            assertThat(client.link().received(CellCommand.RELAY_EARLY) - before).isEqualTo(2);
            CircuitFixture.Stream stream = built.open();
            for (int k = 0; k < 10; k++) {
                stream.client().write(new byte[] {1}, 0, 1);
                built.awaitMessage(Data.class, stream.id());
            }
            budgets.add(client.link().received(CellCommand.RELAY_EARLY) - before);
            built.circuit().close();
        }
        assertThat(budgets).containsExactlyInAnyOrder(7L, 8L); // one fewer at random, by the seed
    }

    @Test
    void relayEarly_messagesToTheFirstHop_needNone() throws Exception {
        long before = client.link().received(CellCommand.RELAY_EARLY);
        assertCarriesData(client.fast());
        assertThat(client.link().received(CellCommand.RELAY_EARLY)).isEqualTo(before);
    }

    @Test
    void extend_relayEarlyUsedUp_isRefusedBeforeAnythingIsSent() throws Exception {
        Built built = client.build(2);
        for (int i = 0; i < 8; i++) {
            built.begin();
        }
        assertThat(circuitFailure(built.circuit().extend(ntor(2))).kind()).isEqualTo(CircuitException.Kind.LIMIT);
        assertThat(built.circuit().isOpen()).isTrue();
        built.open();
    }

    @Test
    void extend_unknownRelay_failsWithTheReasonOfTruncated() throws Exception {
        Circuit circuit = client.build(2).circuit();
        HopTarget known = ntor(2);
        HopTarget unknown = new HopTarget(
                new RsaIdentity(Bytes.copyOf(new byte[20])),
                known.ed25519Identity(),
                known.ntorOnionKey(),
                known.address(),
                known.port(),
                known.handshake(),
                false);
        CircuitException failure = circuitFailure(circuit.extend(unknown));
        assertThat(failure.kind()).isEqualTo(CircuitException.Kind.DESTROYED);
        assertThat(failure.reason()).contains(DestroyReason.CONNECTFAILED);
        assertThat(get(circuit.closed())).isSameAs(failure);
    }

    @Test
    void t08_secondCreated2_closesAsProtocol() throws Exception {
        Built built = client.build(1);
        client.link().send(built.relay().circuitId(), new Created2(Bytes.copyOf(new byte[64])));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void t08_secondCreated2WhileExtending_closesAsProtocol() throws Exception {
        CompletableFuture<ScriptedHop> asked = new CompletableFuture<>();
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) {
                asked.complete(hop);
            }
        });
        Built built = client.build(1);
        CompletableFuture<Void> extending = built.circuit().extend(ntor(1));
        get(asked);
        client.link().send(built.relay().circuitId(), new Created2(Bytes.copyOf(new byte[64])));
        assertThat(circuitFailure(extending).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        client.assertClosedAsProtocol(built);
    }

    @Test
    void t08_extended2NotAskedFor_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        built.last().send(0, new Extended2(Bytes.copyOf(new byte[64])));
        client.assertClosedAsProtocol(built);
    }

    /** Hop 1 answers the EXTEND2 that hop 2 was asked. */
    @Test
    void t08_extended2FromAnotherHop_closesAsProtocol() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
                if (hop.index() == 0) {
                    hop.answerExtend(extend);
                } else {
                    hop.circuit().hop(0).send(0, new Extended2(Bytes.copyOf(new byte[64])));
                }
            }
        });
        Built built = client.build(2);
        assertThat(circuitFailure(built.circuit().extend(ntor(2))).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        client.assertClosedAsProtocol(built);
    }

    @Test
    void t08_created2AsAnswerToCreateFast_closesAsProtocol() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                link.send(circuitId, new Created2(Bytes.copyOf(new byte[64])));
            }
        });
        Circuit circuit = client.newCircuit();
        assertThat(circuitFailure(circuit.createFast()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
    }

    @Test
    void t10_created2WithWrongAuth_failsTheHandshakeAlone() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                Create2 create2 = (Create2) create;
                try (ServerReply reply =
                        link.relay().keys().answer(create2.type(), create2.data(), NtorV3Extensions.NONE)) {
                    byte[] wrong = reply.reply().toArray();
                    wrong[wrong.length - 1] ^= 1;
                    link.send(circuitId, new Created2(Bytes.copyOf(wrong)));
                }
            }
        });
        for (HopTarget target : List.of(ntor(0), ntorV3(0))) {
            Circuit circuit = client.newCircuit();
            assertThat(circuitFailure(circuit.create(target)).kind()).isEqualTo(CircuitException.Kind.HANDSHAKE);
            assertThat(CircuitFixture.closedKind(circuit)).isEqualTo(CircuitException.Kind.HANDSHAKE);
            assertThat(circuit.length()).isZero();
        }
    }

    @Test
    void t10_repliesOfTwoCircuitsSwapped_bothFailAndAThirdSucceeds() throws Exception {
        record Waiting(int circuitId, Created2 answer) {}
        List<Waiting> waiting = new ArrayList<>();
        Set<HandshakeType> types = Collections.synchronizedSet(new HashSet<>());
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                Create2 create2 = (Create2) create;
                types.add(create2.type());
                try (ServerReply reply =
                        link.relay().keys().answer(create2.type(), create2.data(), NtorV3Extensions.NONE)) {
                    waiting.add(new Waiting(circuitId, new Created2(reply.reply())));
                }
                if (waiting.size() == 2) {
                    link.send(waiting.get(0).circuitId(), waiting.get(1).answer());
                    link.send(waiting.get(1).circuitId(), waiting.get(0).answer());
                }
            }
        });
        CompletableFuture<Void> one = client.newCircuit().create(ntor(0));
        CompletableFuture<Void> other = client.newCircuit().create(ntor(0));
        assertThat(circuitFailure(one).kind()).isEqualTo(CircuitException.Kind.HANDSHAKE);
        assertThat(circuitFailure(other).kind()).isEqualTo(CircuitException.Kind.HANDSHAKE);
        assertThat(types).containsExactly(HandshakeType.NTOR);
        client.script(RelayScript.honest());
        assertCarriesData(client.build(1));
    }

    @Test
    void t21_congestionControlGrantedUnasked_failsTheHandshake() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                Create2 create2 = (Create2) create;
                NtorV3Extensions granted = NtorV3Extensions.of(
                        new NtorV3Extensions.Field(NtorV3Extensions.CC_RESPONSE, Bytes.copyOf(new byte[] {31})));
                try (ServerReply reply = link.relay().keys().answer(create2.type(), create2.data(), granted)) {
                    link.send(circuitId, new Created2(reply.reply()));
                }
            }
        });
        assertThat(circuitFailure(client.newCircuit().create(ntorV3(0))).kind())
                .isEqualTo(CircuitException.Kind.HANDSHAKE);
    }

    @Test
    void create_onAClosedCircuit_failsWithTheCause() throws Exception {
        Circuit circuit = client.newCircuit();
        circuit.close();
        assertThat(circuitFailure(circuit.create(ntor(0))).kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThat(circuitFailure(circuit.createFast()).kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThat(circuitFailure(circuit.extend(ntor(1))).kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThatThrownBy(() -> circuit.openStream(new Begin("a.test", 80, 0)))
                .isInstanceOfSatisfying(
                        CircuitException.class, e -> assertThat(e.kind()).isEqualTo(CircuitException.Kind.CLOSED));
    }

    @Test
    void create_twice_isOurMistake() throws Exception {
        Circuit circuit = client.fast().circuit();
        assertThatThrownBy(() -> circuit.create(ntor(0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(circuit::createFast).isInstanceOf(IllegalStateException.class);
        assertThat(circuit.isOpen()).isTrue();
    }

    /** A relay cannot tell a circuit that was never created from one that is none of its business. */
    @Test
    void close_beforeCreate_sendsNothing() throws Exception {
        long before = client.link().received(CellCommand.DESTROY);
        Circuit unused = client.newCircuit();
        unused.close();
        Built next = client.fast(); // whatever was sent before has arrived by now
        assertThat(client.link().received(CellCommand.DESTROY)).isEqualTo(before);
        next.circuit().close();
    }
}
