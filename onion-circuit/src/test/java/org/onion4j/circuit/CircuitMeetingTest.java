package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Rendezvous1;
import org.onion4j.circuit.message.Rendezvous2;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Offers;
import org.onion4j.crypto.handshake.HsNtorClient;

/** A circuit of a client and one of an onion service that meet at a rendezvous point, from end to end. */
@Timeout(60)
class CircuitMeetingTest {
    private static final StreamLimit LIMIT = StreamLimit.refusing(100);
    private static final int LENGTH = 400_000;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private record Met(Built ofClient, Built ofService, Offers offers) {}

    private static Met meet() throws Exception {
        Meeting meeting = new Meeting(client.random());
        Built ofClient = client.build(3);
        Built ofService = client.build(3);
        HsNtorClient handshake = meeting.handshake();
        Offers offers = new Offers();
        ofService.circuit().join(Meeting.COOKIE, meeting.answer(handshake), offers, LIMIT);
        Rendezvous1 message =
                (Rendezvous1) ofService.awaitMessage(Rendezvous1.class, 0).message();
        ofClient.relay().splice(ofService.relay());
        CompletableFuture<Void> met = ofClient.circuit().meet(handshake);
        ofClient.last().send(0, new Rendezvous2(message.handshakeInfo()));
        get(met);
        return new Met(ofClient, ofService, offers);
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) (i * 31 + i / 251 + seed);
        }
        return bytes;
    }

    private static Running<byte[]> read(DataStream stream) {
        return client.run(() -> {
            byte[] read = new byte[LENGTH];
            for (int at = 0; at < LENGTH; ) {
                int count = stream.read(read, at, LENGTH - at);
                assertThat(count).isPositive();
                at += count;
            }
            return read;
        });
    }

    private static Running<Void> write(DataStream stream, byte[] bytes) {
        return client.run(() -> {
            stream.write(bytes, 0, bytes.length);
            return null;
        });
    }

    /** The keys fit in both directions, with all windows of both, on several streams at once. */
    @Test
    void streams_carryDataBothWaysAtOnce() throws Exception {
        Met met = meet();
        List<Running<?>> all = new ArrayList<>();
        List<Running<byte[]>> up = new ArrayList<>();
        List<Running<byte[]>> down = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            DataStream mine = met.ofClient().circuit().openStream(Begin.toService(80 + i));
            IncomingStream offer = met.offers().next();
            assertThat(offer.begin()).isEqualTo(Begin.toService(80 + i));
            DataStream theirs = offer.accept();
            assertThat(get(mine.connected())).isEqualTo(Connected.withoutAddress());
            up.add(read(theirs));
            down.add(read(mine));
            all.add(write(mine, bytes(i)));
            all.add(write(theirs, bytes(50 + i)));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(get(up.get(i).result())).isEqualTo(bytes(i));
            assertThat(get(down.get(i).result())).isEqualTo(bytes(50 + i));
        }
        for (Running<?> one : all) {
            get(one.result());
        }
    }

    @Test
    void optimisticData_andAStreamThatEndsAtOnce_arrive() throws Exception {
        Met met = meet();
        DataStream mine = met.ofClient().circuit().openStream(Begin.toService(80));
        Running<Void> writing = write(mine, bytes(1)); // more than the window, before there is an answer
        IncomingStream offer = met.offers().next();
        DataStream theirs = offer.accept();
        assertThat(get(read(theirs).result())).isEqualTo(bytes(1));
        get(writing.result());
        theirs.close();
        assertThat(mine.read(new byte[1], 0, 1)).isEqualTo(-1);
        mine.close();
        assertThat(met.ofClient().circuit().isOpen()).isTrue();
        assertThat(met.ofService().circuit().isOpen()).isTrue();
    }

    @Test
    void reject_reachesTheClient() throws Exception {
        Met met = meet();
        DataStream mine = met.ofClient().circuit().openStream(Begin.toService(80));
        met.offers().next().reject(EndReason.CONNECTREFUSED);
        assertThat(streamFailure(mine.connected()).end().get().reason()).isEqualTo(EndReason.CONNECTREFUSED);
    }

    /** A client that gives streams up, at any moment, and a service that does: neither finds the other at fault. */
    @Test
    void streams_givenUpByEitherSide_harmNothing() throws Exception {
        Met met = meet();
        for (int i = 0; i < 60; i++) {
            DataStream mine = met.ofClient().circuit().openStream(Begin.toService(80));
            if (i % 2 == 0) {
                mine.write(new byte[2000], 0, 2000);
            }
            if (i % 3 == 0) {
                mine.close();
            }
            IncomingStream offer = met.offers().next();
            if (i % 5 == 0) {
                offer.reject(EndReason.DONE);
            } else {
                DataStream theirs = offer.accept();
                if (i % 3 != 0) {
                    theirs.write(new byte[2000], 0, 2000);
                }
                theirs.close();
            }
            mine.close();
        }
        DataStream last = met.ofClient().circuit().openStream(Begin.toService(80));
        met.offers().next().accept();
        get(last.connected());
        assertThat(met.ofService().circuit().streamCount()).isEqualTo(1);
        assertThat(met.ofClient().circuit().streamCount()).isEqualTo(1);
    }

    /** T40: what the rendezvous point changes or makes up shows at both ends. */
    @Test
    void t40_rendezvousPointThatForgesCells_isFoundOutOnBothSides() throws Exception {
        Met met = meet();
        DataStream mine = met.ofClient().circuit().openStream(Begin.toService(80));
        DataStream theirs = met.offers().next().accept();
        get(mine.connected());
        met.ofClient().relay().sendRaw(CellCommand.RELAY, new byte[509]);
        assertThat(closedKind(met.ofClient().circuit())).isEqualTo(CircuitException.Kind.PROTOCOL);
        met.ofService().relay().sendRaw(CellCommand.RELAY, new byte[509]);
        assertThat(closedKind(met.ofService().circuit())).isEqualTo(CircuitException.Kind.PROTOCOL);
        get(theirs.closed());
    }

    /** T40: once the two have met the rendezvous point cannot have the client meet somebody else. */
    @Test
    void t40_secondRendezvous2_closesTheClientsCircuit() throws Exception {
        Met met = meet();
        met.ofClient().last().send(0, new Rendezvous2(met.ofClient().last().kh()));
        client.assertClosedAsProtocol(met.ofClient());
        assertThat(met.ofService().circuit().isOpen()).isTrue();
    }
}
