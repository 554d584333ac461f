package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.PaddingNegotiate;
import org.onion4j.circuit.message.PaddingNegotiated;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Truncate;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.NtorV3Extensions;

/** Circuits at relays: making, extending, passing on, closing. */
class RelayCircuitTest {
    private static final Bytes HELLO = Bytes.copyOf((byte) 'h', (byte) 'i');

    private final RelayKit kit = RelayKit.honest(4);

    @Test
    void createFast_andNtorV3_makeCircuits() {
        CellClient fast = new CellClient(kit, kit.relay(0).link());
        fast.createFast();
        fast.extend(kit.relay(1));
        CellClient v3 = new CellClient(kit, kit.relay(0).link());
        v3.createV3(kit.relay(0), NtorV3Extensions.NONE);
        v3.extend(kit.relay(1));

        assertThat(fast.length()).isEqualTo(2);
        assertThat(v3.length()).isEqualTo(2);
        assertThat(kit.relay(0).seen())
                .extracting(CircuitObservation::handshake)
                .containsExactly(HandshakeKind.FAST, HandshakeKind.NTOR_V3);
    }

    @Test
    void createNtorV3_askingForCongestionControl_isAnsweredWithoutIt() {
        CellClient client = new CellClient(kit, kit.relay(0).link());
        NtorV3Extensions.Field ask = new NtorV3Extensions.Field(NtorV3Extensions.CC_REQUEST, Bytes.EMPTY);
        client.createV3(kit.relay(0), NtorV3Extensions.of(ask));
        assertThat(client.length()).isEqualTo(1);
    }

    @Test
    void createNtorV3_askingForCgo_isRefused() {
        CellClient client = new CellClient(kit, kit.relay(0).link());
        Bytes cgo = Bytes.copyOf((byte) 2, (byte) 6);
        client.createV3(
                kit.relay(0),
                NtorV3Extensions.of(new NtorV3Extensions.Field(NtorV3Extensions.SUBPROTOCOL_REQUEST, cgo)));
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
        assertThat(kit.relay(0).core.circuits()).isEmpty();
    }

    @Test
    void create_forAnotherRelay_orTap_isRefused() {
        CellClient wrong = new CellClient(kit, kit.relay(0).link());
        wrong.sendCell(new Create2(HandshakeType.NTOR, wrong.ntor(kit.relay(1)).onionskin()));
        CellClient tap = new CellClient(kit, kit.relay(0).link());
        tap.sendRaw(0x80000001, CellCommand.CREATE, new byte[CellFrame.CELL_BODY_LEN]);
        assertThat(wrong.destroyed).contains(DestroyReason.PROTOCOL);
        assertThat(tap.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void create_withAnIdOfTheRespondersRange_isRefused() {
        CellClient client = new CellClient(kit, kit.relay(0).link());
        client.sendRaw(0x00000007, CellCommand.CREATE_FAST, new byte[CellFrame.CELL_BODY_LEN]);
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void create_withAnIdInUse_isDropped() {
        CellClient client = kit.client(0, 1);
        client.sendRaw(0x80000001, CellCommand.CREATE_FAST, new byte[CellFrame.CELL_BODY_LEN]);
        assertThat(client.destroyed).isEmpty();
        assertThat(kit.relay(0).core.circuits()).hasSize(1);
    }

    @Test
    void extend_toFourHops_reachesEach() {
        CellClient client = kit.client(0, 1, 2, 3);
        for (int hop = 0; hop < 4; hop++) {
            client.take();
            client.send(hop, 5, org.onion4j.circuit.message.Begin.to("nowhere.example", 80, 0));
            assertThat(client.last().hop()).isEqualTo(hop);
            assertThat(client.last().command()).isEqualTo(RelayCommand.END);
        }
    }

    @Test
    void extend_whereALinkIsOpen_usesIt() {
        kit.client(0, 1, 2);
        kit.client(0, 1, 2);
        assertThat(kit.relay(0).dialled).hasSize(1);
        // The responder of that link may use it, too.
        kit.client(1, 0);
        assertThat(kit.relay(1).dialled).hasSize(1);
    }

    @Test
    void extend_twoAtATime_shareOneDial() {
        CellClient a = kit.client(0);
        CellClient b = kit.client(0);
        for (CellClient client : ImmutableList.of(a, b)) {
            client.queue(
                    0,
                    0,
                    new Extend2(
                            kit.relay(1).specifiers(),
                            HandshakeType.NTOR,
                            client.ntor(kit.relay(1)).onionskin()),
                    CellCommand.RELAY_EARLY);
        }
        kit.loop.run();
        assertThat(kit.relay(0).dialled).hasSize(1);
        assertThat(a.last().command()).isEqualTo(RelayCommand.EXTENDED2);
        assertThat(b.last().command()).isEqualTo(RelayCommand.EXTENDED2);
    }

    @Test
    void extend_inAPlainRelayCell_isDropped() {
        CellClient client = kit.client(0);
        client.send(
                0,
                0,
                new Extend2(
                        kit.relay(1).specifiers(),
                        HandshakeType.NTOR,
                        client.ntor(kit.relay(1)).onionskin()));
        assertThat(client.received).isEmpty();
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void extend_backToTheRelayBefore_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        client.askToExtend(1, kit.relay(0));
        assertThat(client.destroyed).contains(DestroyReason.DESTROYED);
        assertThat(closedAt(1)).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void extend_fromTheMiddle_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        client.askToExtend(0, kit.relay(2));
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void extend_toADeadRelay_closesTheCircuit() {
        kit.relay(2).stop();
        CellClient client = kit.client(0, 1);
        client.askToExtend(1, kit.relay(2));
        assertThat(closedAt(1)).contains(DestroyReason.CONNECTFAILED);
        assertThat(client.destroyed).contains(DestroyReason.DESTROYED);
    }

    @Test
    void extend_withAnotherIdentity_closesTheCircuit() {
        CellClient client = kit.client(0);
        ImmutableList<LinkSpecifier> wrong = ImmutableList.of(
                kit.relay(1).specifiers().get(0),
                new LinkSpecifier.RsaId(new RsaIdentity(Bytes.copyOf(kit.random.bytes(20)))));
        client.sendEarly(
                0,
                0,
                new Extend2(wrong, HandshakeType.NTOR, client.ntor(kit.relay(1)).onionskin()));
        assertThat(client.destroyed).contains(DestroyReason.CONNECTFAILED);
    }

    @Test
    void extend_withoutAnAddressThatCanBeDialled_closesTheCircuitEvenWhereALinkIsOpen() {
        kit.client(0, 1);
        CellClient client = kit.client(0);
        ImmutableList<LinkSpecifier> nowhere = ImmutableList.of(
                new LinkSpecifier.Ipv4(RelayKit.ipv4(2), 0),
                new LinkSpecifier.RsaId(kit.relay(1).keys.rsaIdentity()));
        client.sendEarly(
                0,
                0,
                new Extend2(
                        nowhere, HandshakeType.NTOR, client.ntor(kit.relay(1)).onionskin()));
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void relayEarly_beyondEight_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        for (int i = 0; i < RelayCircuit.MAX_RELAY_EARLY - 1; i++) { // one was the EXTEND2
            client.sendEarly(0, 0, new Drop());
        }
        assertThat(client.destroyed).isEmpty();
        client.sendEarly(0, 0, new Drop());
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void unrecognised_atTheLastRelay_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        client.sendRaw(0x80000001, CellCommand.RELAY, kit.random.bytes(CellFrame.CELL_BODY_LEN));
        assertThat(closedAt(1)).contains(DestroyReason.PROTOCOL);
        assertThat(client.destroyed).contains(DestroyReason.DESTROYED);
    }

    @Test
    void destroy_byTheClient_closesEveryRelaysPart() {
        CellClient client = kit.client(0, 1, 2);
        client.destroy();
        for (int i = 0; i < 3; i++) {
            assertThat(kit.relay(i).core.circuits()).isEmpty();
            assertThat(closedAt(i)).contains(DestroyReason.DESTROYED);
        }
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void linkLost_closesWithChannelClosed() {
        CellClient client = kit.client(0, 1, 2);
        kit.relay(2).stop();
        kit.loop.run();
        assertThat(closedAt(1)).contains(DestroyReason.CHANNEL_CLOSED);
        assertThat(client.destroyed).contains(DestroyReason.DESTROYED);
    }

    @Test
    void truncate_endsTheRestAndTheCircuitCanBeExtendedAgain() {
        CellClient client = kit.client(0, 1, 2);
        client.send(0, 0, new Truncate(DestroyReason.NONE));
        assertThat(client.last().message()).isEqualTo(new Truncated(DestroyReason.REQUESTED));
        assertThat(kit.relay(1).core.circuits()).isEmpty();
        assertThat(kit.relay(2).core.circuits()).isEmpty();
        client.askToExtend(0, kit.relay(3));
        assertThat(client.last().command()).isEqualTo(RelayCommand.EXTENDED2);
    }

    @Test
    void truncate_withoutReason_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        body[0] = (byte) RelayCommand.TRUNCATE.wire();
        client.sendBody(0, body, CellCommand.RELAY);
        kit.loop.run();
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void ignorable_messagesChangeNothing() {
        CellClient client = kit.client(0, 1);
        client.take();
        client.send(0, new Drop());
        client.send(0, RelayCommand.ofWire(99), HELLO);
        client.send(0, RelayCommand.EXTENDED2, HELLO);
        client.send(0, RelayCommand.TRUNCATED, HELLO);
        client.send(7, new Data(HELLO));
        client.send(7, End.of(EndReason.DONE));
        client.send(0, RelayCommand.BEGIN, HELLO);
        client.sendRaw(0x80000099, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
        client.sendRaw(0x80000099, CellCommand.DESTROY, new byte[CellFrame.CELL_BODY_LEN]);
        client.sendRaw(0, CellCommand.ofWire(77), new byte[CellFrame.CELL_BODY_LEN]);
        assertThat(client.received).isEmpty();
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void paddingNegotiate_startIsRefused() {
        CellClient client = kit.client(0, 1);
        client.send(1, 0, new PaddingNegotiate(PaddingAction.START, 1, 0, 3));
        assertThat(client.last().message())
                .isEqualTo(new PaddingNegotiated(PaddingAction.START, PaddingNegotiated.ERR, 1, 3));
    }

    @Test
    void messageLongerThanItsBody_closesTheCircuit() {
        CellClient client = kit.client(0, 1);
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        body[0] = (byte) RelayCommand.DROP.wire();
        body[9] = (byte) 0xff;
        client.sendBody(1, body, CellCommand.RELAY);
        kit.loop.run();
        assertThat(closedAt(1)).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void observations_tellNeighboursAlone() {
        kit.client(0, 1, 2);
        CircuitObservation guard = kit.relay(0).seen().get(0);
        CircuitObservation middle = kit.relay(1).seen().get(0);
        CircuitObservation exit = kit.relay(2).seen().get(0);
        assertThat(guard.previous().isClient()).isTrue();
        assertThat(guard.next().get().rsaIdentity()).contains(kit.relay(1).keys.rsaIdentity());
        assertThat(middle.previous().rsaIdentity()).contains(kit.relay(0).keys.rsaIdentity());
        assertThat(middle.next().get().rsaIdentity()).contains(kit.relay(2).keys.rsaIdentity());
        assertThat(exit.previous().rsaIdentity()).contains(kit.relay(1).keys.rsaIdentity());
        assertThat(exit.next()).isEmpty();
        assertThat(guard.nextCircuitId()).hasValue(middle.previousCircuitId());
        assertThat(middle.nextCircuitId()).hasValue(exit.previousCircuitId());
        assertThat(guard.cells())
                .startsWith(
                        new CircuitObservation.Cells(Direction.FORWARD, CellCommand.CREATE2, Optional.empty(), 1),
                        new CircuitObservation.Cells(Direction.BACKWARD, CellCommand.CREATED2, Optional.empty(), 1),
                        new CircuitObservation.Cells(
                                Direction.FORWARD, CellCommand.RELAY_EARLY, Optional.of(RelayCommand.EXTEND2), 1));
    }

    private Optional<DestroyReason> closedAt(int index) {
        return kit.relay(index).seen().get(0).closed();
    }
}
