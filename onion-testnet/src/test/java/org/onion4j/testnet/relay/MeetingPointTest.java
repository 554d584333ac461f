package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Ed25519KeyPair;

/** Relays as introduction and rendezvous points. */
class MeetingPointTest {
    private static final Bytes NOTHING = Bytes.EMPTY;

    private final RelayKit kit = RelayKit.honest(4);
    private final Ed25519KeyPair key = Ed25519KeyPair.generate(kit.random);
    private final CellClient service = kit.client(0, 1, 2);
    private final CellClient visitor = kit.client(1, 0, 2);

    MeetingPointTest() {
        service.take();
        visitor.take();
    }

    private static Bytes dos(long rate, long burst) {
        return new WireWriter()
                .u8(1)
                .u8(1)
                .u8(19)
                .u8(2)
                .u8(1)
                .u64(rate)
                .u8(2)
                .u64(burst)
                .toBytes();
    }

    private Bytes establishIntro(Bytes extensions, Bytes kh) {
        Bytes head = new WireWriter()
                .u8(2)
                .u16(32)
                .bytes(key.publicKey())
                .bytes(extensions)
                .toBytes();
        Bytes withMac = Bytes.concat(head, Bytes.copyOf(IntroductionPoints.mac(kh, head)));
        Bytes prefix = Bytes.copyOf("Tor establish-intro cell v1".getBytes(StandardCharsets.US_ASCII));
        Bytes signature = key.sign(Bytes.concat(prefix, withMac));
        return Bytes.concat(withMac, new WireWriter().u16(64).bytes(signature).toBytes());
    }

    private void establish() {
        establish(Bytes.copyOf((byte) 0));
    }

    private void establish(Bytes extensions) {
        service.send(0, RelayCommand.ESTABLISH_INTRO, establishIntro(extensions, service.kh(2)));
        assertThat(service.last().command()).isEqualTo(RelayCommand.INTRO_ESTABLISHED);
        assertThat(service.last().data()).isEqualTo(Bytes.copyOf((byte) 0));
    }

    private Bytes introduce1(Bytes toKey, int encrypted) {
        return new WireWriter()
                .zeros(20)
                .u8(2)
                .u16(32)
                .bytes(toKey)
                .u8(0)
                .bytes(kit.random.bytes(encrypted))
                .toBytes();
    }

    private int introduce(CellClient by, Bytes message) {
        by.send(0, RelayCommand.INTRODUCE1, message);
        assertThat(by.last().command()).isEqualTo(RelayCommand.INTRODUCE_ACK);
        Bytes ack = by.last().data();
        assertThat(ack.size()).isEqualTo(3);
        return (ack.get(0) & 0xff) << 8 | (ack.get(1) & 0xff);
    }

    @Test
    void introduce_reachesTheService_asItWas() {
        establish();
        Bytes message = introduce1(key.publicKey(), 240);
        assertThat(introduce(visitor, message)).isZero();
        assertThat(service.last().command()).isEqualTo(RelayCommand.INTRODUCE2);
        assertThat(service.last().data()).isEqualTo(message);
    }

    @Test
    void introduce_toNobody_isUnknown() {
        assertThat(introduce(visitor, introduce1(key.publicKey(), 240))).isEqualTo(1);
    }

    @Test
    void introduce_afterTheServiceLeft_isUnknown() {
        establish();
        service.destroy();
        assertThat(introduce(visitor, introduce1(key.publicKey(), 240))).isEqualTo(1);
    }

    @Test
    void introduce_malformed_isRefusedWithBadFormat() {
        establish();
        assertThat(introduce(visitor, Bytes.copyOf(new byte[40]))).isEqualTo(2);
        assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 0)))
                .isEqualTo(2);
        assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 440)))
                .isEqualTo(2); // above 490 in all
        Bytes legacy = Bytes.concat(Bytes.copyOf((byte) 1), introduce1(key.publicKey(), 100));
        assertThat(introduce(kit.client(1, 0, 2), legacy)).isEqualTo(2);
    }

    @Test
    void introduce_twiceOrTooShortOrByASingleHop_closesTheCircuit() {
        establish();
        introduce(visitor, introduce1(key.publicKey(), 240));
        visitor.send(0, RelayCommand.INTRODUCE1, introduce1(key.publicKey(), 240));
        assertThat(visitor.destroyed).isPresent();
        CellClient tooShort = kit.client(1, 0, 2);
        tooShort.send(0, RelayCommand.INTRODUCE1, Bytes.copyOf(new byte[19]));
        assertThat(tooShort.destroyed).isPresent();
        CellClient single = kit.client(2);
        single.send(0, RelayCommand.INTRODUCE1, introduce1(key.publicKey(), 240));
        assertThat(single.destroyed).isPresent();
    }

    @Test
    void establish_whatProvesNothing_closesTheCircuit() {
        assertRefused(good -> Bytes.EMPTY);
        assertRefused(good -> good.slice(0, good.size() - 1));
        assertRefused(good -> establishIntro(Bytes.copyOf((byte) 0), Bytes.copyOf(new byte[20])));
        for (int at : new int[] {0, 2, 5, 36, 70, 120}) {
            assertRefused(good -> {
                byte[] bad = good.toArray();
                bad[at] ^= 1;
                return Bytes.copyOf(bad);
            });
        }
    }

    private void assertRefused(UnaryOperator<Bytes> change) {
        CellClient other = kit.client(0, 1, 2);
        other.send(0, RelayCommand.ESTABLISH_INTRO, change.apply(establishIntro(Bytes.copyOf((byte) 0), other.kh(2))));
        assertThat(other.destroyed).isPresent();
    }

    @Test
    void establish_again_replacesTheFormerCircuit() {
        establish();
        CellClient newer = kit.client(0, 1, 2);
        newer.send(0, RelayCommand.ESTABLISH_INTRO, establishIntro(Bytes.copyOf((byte) 0), newer.kh(2)));
        assertThat(newer.last().command()).isEqualTo(RelayCommand.INTRO_ESTABLISHED);
        assertThat(service.destroyed).isPresent();
        assertThat(introduce(visitor, introduce1(key.publicKey(), 240))).isZero();
        assertThat(newer.last().command()).isEqualTo(RelayCommand.INTRODUCE2);
    }

    @Test
    void establish_onFastCircuit_usesItsKh() {
        CellClient fast = new CellClient(kit, kit.relay(2).link());
        fast.createFast();
        fast.send(0, RelayCommand.ESTABLISH_INTRO, establishIntro(Bytes.copyOf((byte) 0), fast.kh(0)));
        assertThat(fast.last().command()).isEqualTo(RelayCommand.INTRO_ESTABLISHED);
    }

    @Test
    void t53_dosExtension_limitsTheRate() {
        establish(dos(2, 4));
        for (int i = 0; i < 3; i++) {
            assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 240)))
                    .isZero();
        }
        assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 240)))
                .isEqualTo(1);
        kit.loop.pass(Duration.ofSeconds(1));
        assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 240)))
                .isZero();
    }

    @Test
    void dosExtension_thatMakesNoSense_orUnknownOnes_haveNoEffect() {
        establish(dos(9, 4));
        for (int i = 0; i < 20; i++) {
            assertThat(introduce(kit.client(1, 0, 2), introduce1(key.publicKey(), 100)))
                    .isZero();
        }
        CellClient other = kit.client(0, 1, 2);
        Bytes unknown = new WireWriter().u8(1).u8(77).u8(2).u16(0).toBytes();
        other.send(0, RelayCommand.ESTABLISH_INTRO, establishIntro(unknown, other.kh(2)));
        assertThat(other.last().command()).isEqualTo(RelayCommand.INTRO_ESTABLISHED);
    }

    @Test
    void rendezvous_joinsBothCircuits() {
        Bytes cookie = Bytes.copyOf(kit.random.bytes(20));
        visitor.send(0, RelayCommand.ESTABLISH_RENDEZVOUS, cookie);
        assertThat(visitor.last().command()).isEqualTo(RelayCommand.RENDEZVOUS_ESTABLISHED);
        Bytes handshake = Bytes.copyOf(kit.random.bytes(64));
        service.send(0, RelayCommand.RENDEZVOUS1, Bytes.concat(cookie, handshake));
        assertThat(visitor.last().command()).isEqualTo(RelayCommand.RENDEZVOUS2);
        assertThat(visitor.last().data()).isEqualTo(handshake);

        // What no hop of one circuit recognises goes to the other, through all its layers.
        visitor.sendBody(2, garbage(), CellCommand.RELAY);
        service.sendBody(2, garbage(), CellCommand.RELAY);
        kit.loop.run();
        assertThat(visitor.unrecognised).isEqualTo(1);
        assertThat(service.unrecognised).isEqualTo(1);

        visitor.destroy();
        assertThat(service.destroyed).isPresent();
    }

    /** A body that the rendezvous point does not recognise, whatever is done to it. */
    private byte[] garbage() {
        byte[] body = kit.random.bytes(CellFrame.CELL_BODY_LEN);
        body[1] = 1;
        return body;
    }

    @Test
    void rendezvous_wrongOnes_closeTheCircuit() {
        Bytes cookie = Bytes.copyOf(kit.random.bytes(20));
        visitor.send(0, RelayCommand.ESTABLISH_RENDEZVOUS, cookie);
        CellClient same = kit.client(1, 0, 2);
        same.send(0, RelayCommand.ESTABLISH_RENDEZVOUS, cookie);
        assertThat(same.destroyed).isPresent();
        CellClient shortCookie = kit.client(1, 0, 2);
        shortCookie.send(0, RelayCommand.ESTABLISH_RENDEZVOUS, cookie.slice(0, 19));
        assertThat(shortCookie.destroyed).isPresent();
        CellClient unknown = kit.client(1, 0, 2);
        unknown.send(0, RelayCommand.RENDEZVOUS1, Bytes.copyOf(kit.random.bytes(84)));
        assertThat(unknown.destroyed).isPresent();
        service.send(0, RelayCommand.RENDEZVOUS1, NOTHING);
        assertThat(service.destroyed).isPresent();
        assertThat(visitor.destroyed).isEmpty();
    }

    @Test
    void meetingPoints_takeNoStreamsButBegin() {
        establish();
        service.send(4, new org.onion4j.circuit.message.Resolve("a.example"));
        assertThat(service.last().command()).isEqualTo(RelayCommand.INTRO_ESTABLISHED);
        service.send(4, new org.onion4j.circuit.message.BeginDir());
        assertThat(service.last().command()).isEqualTo(RelayCommand.END);
        service.send(4, Begin.to("nowhere.example", 80, 0));
        assertThat(service.last().command()).isEqualTo(RelayCommand.END);
    }
}
