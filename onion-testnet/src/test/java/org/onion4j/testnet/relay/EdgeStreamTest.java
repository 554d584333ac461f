package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.crypto.bytes.Bytes;

/** Streams at exits: opening, bytes, ends, look-ups, directory streams. */
class EdgeStreamTest {
    private static final InetAddress V4 = RelayKit.address(203, 0, 113, 7);
    private static final InetAddress V6 = RelayKit.address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);

    private final RelayKit kit = RelayKit.honest(3);
    private final CellClient client;

    EdgeStreamTest() {
        kit.exits.names.put("both.example", ImmutableList.of(V4, V6));
        kit.exits.names.put("six.example", ImmutableList.of(V6));
        client = kit.client(0, 1, 2);
        client.take();
    }

    private static Bytes bytes(String text) {
        return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
    }

    private RelayMessage answer(String host, long flags) {
        client.take();
        client.send(9, Begin.to(host, 80, flags));
        return client.last().message();
    }

    @Test
    void begin_connectsAndTellsTheAddress() {
        assertThat(answer("both.example", 0)).isEqualTo(Connected.to(V4, ExitStream.TTL_SECONDS));
        assertThat(kit.exits.lastWire().remote()).isEqualTo(new InetSocketAddress(V4, 80));
    }

    @Test
    void begin_choosesTheFamilyByFlags() {
        assertThat(answer("both.example", Begin.IPV6_OK)).isEqualTo(Connected.to(V4, 60));
        client.send(9, End.of(EndReason.MISC));
        assertThat(answer("both.example", Begin.IPV6_OK | Begin.IPV6_PREFERRED)).isEqualTo(Connected.to(V6, 60));
        client.send(9, End.of(EndReason.MISC));
        assertThat(answer("both.example", Begin.IPV6_OK | Begin.IPV4_NOT_OK)).isEqualTo(Connected.to(V6, 60));
        client.send(9, End.of(EndReason.MISC));
        assertThat(answer("six.example", 0)).isEqualTo(End.of(EndReason.RESOLVEFAILED));
        assertThat(answer("203.0.113.9", 0)).isEqualTo(Connected.to(RelayKit.address(203, 0, 113, 9), 60));
        client.send(9, End.of(EndReason.MISC));
        assertThat(answer("[2001:db8::7]", Begin.IPV6_OK)).isEqualTo(Connected.to(V6, 60));
    }

    @Test
    void begin_ofUnknownName_endsWithResolvefailed() {
        assertThat(answer("nowhere.example", 0)).isEqualTo(End.of(EndReason.RESOLVEFAILED));
    }

    @Test
    void begin_refused_endsWithItsReason() {
        kit.exits.refusals.put(new InetSocketAddress(V4, 80), EndReason.CONNECTREFUSED);
        assertThat(answer("both.example", 0)).isEqualTo(End.of(EndReason.CONNECTREFUSED));
    }

    @Test
    void begin_againstThePolicy_endsWithTheAddress() {
        kit.add(RelayScript.HONEST, (address, port) -> port == 443, RelayDirectory.NONE);
        CellClient other = kit.client(0, 1, 3);
        other.send(4, Begin.to("both.example", 80, 0));
        assertThat(other.last().message())
                .isEqualTo(new End(EndReason.EXITPOLICY, Optional.of(V4), OptionalLong.of(60)));
        other.send(5, Begin.to("both.example", 443, 0));
        assertThat(other.last().command()).isEqualTo(RelayCommand.CONNECTED);
    }

    @Test
    void begin_atANonExit_looksUpNothing() {
        kit.add(RelayScript.HONEST, ExitPolicy.REJECT_ALL, RelayDirectory.NONE);
        CellClient other = kit.client(0, 1, 3);
        other.send(4, Begin.to("both.example", 80, 0));
        assertThat(other.last().message()).isEqualTo(End.of(EndReason.RESOLVEFAILED));
        other.send(4, Begin.to("203.0.113.7", 80, 0));
        assertThat(other.last().message())
                .isEqualTo(new End(EndReason.EXITPOLICY, Optional.of(V4), OptionalLong.of(60)));
        other.send(5, new Resolve("both.example"));
        assertThat(other.last().message())
                .isInstanceOfSatisfying(
                        Resolved.class, resolved -> assertThat(resolved.error()).hasValue(Resolved.ERROR_NONTRANSIENT));
    }

    @Test
    void begin_whereThePolicyTakesOneFamilyAlone_connectsToThat() {
        kit.add(RelayScript.HONEST, (address, port) -> address.equals(port == 80 ? V4 : V6), RelayDirectory.NONE);
        CellClient other = kit.client(0, 1, 3);
        other.send(4, Begin.to("both.example", 80, Begin.IPV6_OK | Begin.IPV6_PREFERRED));
        assertThat(other.last().message()).isEqualTo(Connected.to(V4, 60));
        other.send(5, Begin.to("both.example", 443, Begin.IPV6_OK));
        assertThat(other.last().message()).isEqualTo(Connected.to(V6, 60));
    }

    @Test
    void begin_onACircuitOfOneHop_isRefused() {
        CellClient single = kit.client(0);
        single.send(4, Begin.to("both.example", 80, 0));
        assertThat(single.last().message()).isEqualTo(End.of(EndReason.TORPROTOCOL));
    }

    @Test
    void begin_thatCannotBeRead_endsTheStreamAlone() {
        client.send(9, RelayCommand.BEGIN, bytes("no port and no end"));
        assertThat(client.last().message()).isEqualTo(End.of(EndReason.TORPROTOCOL));
        client.send(9, RelayCommand.BEGIN, bytes("both.example:0\0"));
        assertThat(client.last().message()).isEqualTo(End.of(EndReason.TORPROTOCOL));
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void begin_forAStreamInUse_isDropped() {
        answer("both.example", 0);
        client.take();
        client.send(9, Begin.to("both.example", 80, 0));
        client.send(9, new Resolve("both.example"));
        assertThat(client.received).isEmpty();
        assertThat(kit.exits.wires).hasSize(1);
    }

    @Test
    void data_goesBothWays() {
        answer("both.example", 0);
        client.send(9, new Data(bytes("question")));
        assertThat(kit.exits.lastWire().heard()).isEqualTo("question");
        kit.exits.lastWire().say("answer");
        kit.loop.run();
        assertThat(client.last().message()).isEqualTo(new Data(bytes("answer")));
    }

    @Test
    void data_beforeConnected_waitsForTheConnection() {
        kit.exits.hold = true;
        client.send(9, Begin.to("both.example", 80, 0));
        client.send(9, new Data(bytes("early ")));
        client.send(9, new Data(bytes("bird")));
        assertThat(client.received).isEmpty();
        kit.exits.release();
        kit.loop.run();
        assertThat(client.last().command()).isEqualTo(RelayCommand.CONNECTED);
        assertThat(kit.exits.lastWire().heard()).isEqualTo("early bird");
    }

    @Test
    void end_byTheClient_closesTheConnection() {
        answer("both.example", 0);
        client.take();
        client.send(9, End.of(EndReason.DONE));
        assertThat(kit.exits.lastWire().closed).isTrue();
        assertThat(client.received).isEmpty();
        client.send(9, new Data(bytes("too late")));
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void end_byTheClientBeforeConnected_closesWhatComesAbout() {
        kit.exits.hold = true;
        client.send(9, Begin.to("both.example", 80, 0));
        client.send(9, End.of(EndReason.DONE));
        kit.exits.release();
        kit.loop.run();
        assertThat(client.received).isEmpty();
        assertThat(kit.exits.lastWire().closed).isTrue();
    }

    @Test
    void end_byTheDestination_comesAfterItsBytes() {
        answer("both.example", 0);
        client.take();
        kit.exits.lastWire().say("bye");
        kit.exits.lastWire().end(null);
        kit.loop.run();
        assertThat(client.received)
                .extracting(CellClient.Received::command)
                .containsExactly(RelayCommand.DATA, RelayCommand.END);
        assertThat(client.last().message()).isEqualTo(End.of(EndReason.DONE));
        assertThat(kit.exits.lastWire().closed).isTrue();
    }

    @Test
    void reset_byTheDestination_endsWithConnreset() {
        answer("both.example", 0);
        kit.exits.lastWire().end(new IOException("reset"));
        kit.loop.run();
        assertThat(client.last().message()).isEqualTo(End.of(EndReason.CONNRESET));
    }

    @Test
    void endWithoutReason_closesTheCircuit() {
        answer("both.example", 0);
        client.send(9, RelayCommand.END, Bytes.EMPTY);
        assertThat(client.destroyed).isPresent();
        assertThat(kit.exits.lastWire().closed).isTrue();
    }

    @Test
    void connected_fromTheClientOnAnOpenStream_closesTheCircuit() {
        answer("both.example", 0);
        client.send(9, RelayCommand.CONNECTED, Bytes.EMPTY);
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void messages_onAStreamThatIsNotOpenYet_areDropped() {
        kit.exits.hold = true;
        client.send(9, Begin.to("both.example", 80, 0));
        client.send(9, Sendme.withoutTag());
        client.send(9, Connected.withoutAddress());
        client.send(9, RelayCommand.RESOLVED, Bytes.EMPTY);
        assertThat(client.destroyed).isEmpty();
        kit.exits.release();
        kit.loop.run();
        assertThat(client.last().command()).isEqualTo(RelayCommand.CONNECTED);
        client.send(9, Sendme.withoutTag());
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void circuitClosed_closesItsConnections() {
        answer("both.example", 0);
        client.destroy();
        assertThat(kit.exits.lastWire().closed).isTrue();
    }

    @Test
    void resolve_answersBothFamilies_names_andErrors() {
        kit.exits.reverse.put(V4, "seven.example");
        kit.exits.reverse.put(V6, "six.example");
        client.send(3, new Resolve("Both.Example"));
        assertThat(client.last().message())
                .isEqualTo(new Resolved(ImmutableList.of(Resolved.Answer.of(V4, 60), Resolved.Answer.of(V6, 60))));
        client.send(3, new Resolve("7.113.0.203.in-addr.arpa"));
        assertThat(client.last().message())
                .isEqualTo(new Resolved(ImmutableList.of(Resolved.Answer.of("seven.example", 60))));
        client.send(3, new Resolve("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"));
        assertThat(client.last().message())
                .isEqualTo(new Resolved(ImmutableList.of(Resolved.Answer.of("six.example", 60))));
        client.send(3, new Resolve("7.113.0.in-addr.arpa"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_NONTRANSIENT);
        client.send(3, new Resolve("nowhere.example"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_NONTRANSIENT);
        client.send(3, new Resolve("later.example"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_TRANSIENT);
        client.send(3, new Resolve("203.0.113.9"));
        assertThat(((Resolved) client.last().message()).answers().get(0).address())
                .contains(RelayKit.address(203, 0, 113, 9));
    }

    @Test
    void resolve_ofMoreThanAMessageHolds_answersOneAddressOfEachFamily() {
        ImmutableList.Builder<InetAddress> many = ImmutableList.builder();
        for (int i = 0; i < 100; i++) {
            many.add(RelayKit.address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, i));
            many.add(RelayKit.address(198, 51, 100, i));
        }
        kit.exits.names.put("many.example", many.build());
        client.send(3, new Resolve("many.example"));
        assertThat(client.last().message())
                .isEqualTo(new Resolved(ImmutableList.of(
                        Resolved.Answer.of(many.build().get(1), 60),
                        Resolved.Answer.of(many.build().get(0), 60))));
        kit.exits.reverse.put(V4, "x".repeat(256));
        client.send(3, new Resolve("7.113.0.203.in-addr.arpa"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_NONTRANSIENT);
    }

    @Test
    void resolve_thatCannotBeRead_isAnsweredWithAnError() {
        client.send(3, RelayCommand.RESOLVE, bytes("no end"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_NONTRANSIENT);
        assertThat(client.last().streamId()).isEqualTo(3);
        client.send(4, RelayCommand.RESOLVE, bytes("\0"));
        assertThat(((Resolved) client.last().message()).error()).hasValue(Resolved.ERROR_NONTRANSIENT);
        assertThat(client.last().streamId()).isEqualTo(4);
    }

    @Test
    void beginDir_withoutDirectory_endsWithNotdirectory() {
        client.send(3, new BeginDir());
        assertThat(client.last().message()).isEqualTo(End.of(EndReason.NOTDIRECTORY));
    }

    @Test
    void beginDir_answersAndEnds_alsoOnACircuitOfOneHop() {
        kit.add(RelayScript.HONEST, ExitPolicy.REJECT_ALL, new EchoDirectory());
        CellClient single = kit.client(3);
        single.send(3, new BeginDir());
        assertThat(single.last().message()).isEqualTo(Connected.withoutAddress());
        single.send(3, new Data(bytes("GET ")));
        single.send(3, new Data(bytes("this\n")));
        assertThat(single.received)
                .extracting(CellClient.Received::command)
                .containsExactly(RelayCommand.CONNECTED, RelayCommand.DATA, RelayCommand.DATA, RelayCommand.END);
        assertThat(single.received.get(2).data()).isEqualTo(bytes("this\n"));
    }

    @Test
    void observations_theExitAloneKnowsTheDestination() {
        answer("both.example", 0);
        assertThat(kit.relay(2).seen().get(0).destinations())
                .containsExactly(new Destination(Destination.Kind.STREAM, "both.example", 80));
        assertThat(kit.relay(2).seen().get(0).addresses()).containsExactly(V4);
        assertThat(kit.relay(0).seen().get(0).destinations()).isEmpty();
        assertThat(kit.relay(1).seen().get(0).destinations()).isEmpty();
        assertThat(kit.relay(0).seen().toString() + kit.relay(1).seen()).doesNotContain("both.example");
    }

    /** Sends back what it gets, until the end of a line. */
    static final class EchoDirectory implements RelayDirectory {
        @Override
        public Optional<DirectorySession> open(LinkPeer previous, DirectoryReply reply) {
            return Optional.of(new DirectorySession() {
                @Override
                public void onBytes(byte[] bytes, int offset, int length) {
                    byte[] copy = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
                    reply.send(copy);
                    if (copy[copy.length - 1] == '\n') {
                        reply.end();
                    }
                }

                @Override
                public void onClosed() {}
            });
        }
    }
}
