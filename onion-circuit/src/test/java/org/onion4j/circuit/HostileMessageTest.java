package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableSet;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.CircuitException.Kind;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.message.UnknownMessage;
import org.onion4j.circuit.message.Xoff;
import org.onion4j.circuit.message.Xon;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.crypto.bytes.Bytes;

/** Relay messages that a hop must not send: from a wrong hop, of a wrong length or command, or too many. */
@Timeout(60)
class HostileMessageTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static final int MAX_DATA_LEN = 498;
    private static final int TOLERATED = 64;

    /** What became of a circuit. */
    private enum Outcome {
        GOES_ON,
        PROTOCOL,
        DESTROYED
    }

    private static Outcome outcome(Built circuit) throws Exception {
        client.awaitHandled();
        if (circuit.circuit().isOpen()) {
            return Outcome.GOES_ON;
        }
        client.awaitDestroy(circuit);
        return closedKind(circuit.circuit()) == Kind.PROTOCOL ? Outcome.PROTOCOL : Outcome.DESTROYED;
    }

    private static List<RelayMessage> ofStreams() throws Exception {
        return List.of(
                new Data(Bytes.copyOf(new byte[] {1})),
                End.of(EndReason.DONE),
                Connected.to(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 9),
                Resolved.error(Resolved.ERROR_TRANSIENT),
                new Xon(0),
                new Xoff());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void t11_streamMessageOfAnotherHop_closesAsProtocol(int hop) throws Exception {
        for (RelayMessage message : ofStreams()) {
            Built circuit = client.build(3);
            Stream stream = circuit.open();
            circuit.hop(hop).send(stream.id(), message);
            client.assertClosedAsProtocol(circuit);
            assertThat(stream.client().available()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void t11_streamMessageOfAnotherHopAfterOurEnd_closesAsProtocol(int hop) throws Exception {
        for (RelayMessage message : ofStreams()) {
            Built circuit = client.build(3);
            Stream stream = circuit.open();
            stream.client().close();
            circuit.hop(hop).send(stream.id(), message);
            client.assertClosedAsProtocol(circuit);
        }
    }

    @Test
    void t11_resolvedOfAnotherHop_closesAsProtocol() throws Exception {
        Built circuit = client.build(2);
        var answer = circuit.circuit().resolve(new Resolve("a.test"));
        int id = client.relay().awaitMessage(Resolve.class).streamId();
        circuit.hop(0).send(id, Resolved.error(Resolved.ERROR_TRANSIENT));
        client.assertClosedAsProtocol(circuit);
        assertThat(CircuitFixture.streamFailure(answer).getCause()).isInstanceOf(CircuitException.class);
    }

    /** A stream that two hops share the ID of is not possible: the ID alone says which stream. */
    @Test
    void t11_dataRightAfterTheOwnersData_isStillFromTheWrongHop() throws Exception {
        Built circuit = client.build(3);
        Stream stream = circuit.open();
        stream.hop().send(stream.id(), new Data(Bytes.copyOf(new byte[] {1})));
        circuit.hop(1).send(stream.id(), new Data(Bytes.copyOf(new byte[] {2})));
        client.assertClosedAsProtocol(circuit);
        assertThat(stream.read(1)).containsExactly(1);
        assertThat(stream.client().available()).isZero();
    }

    // T12

    /** A body with a length field that may lie, all data bytes 1. */
    private static byte[] body(int command, int streamId, int length) {
        byte[] body = new byte[509];
        Arrays.fill(body, RelayBody.HEADER_LEN, body.length, (byte) 1);
        body[0] = (byte) command;
        body[3] = (byte) (streamId >>> 8);
        body[4] = (byte) streamId;
        body[9] = (byte) (length >>> 8);
        body[10] = (byte) length;
        return body;
    }

    /** Streams of one circuit in each state that a message can be for. */
    private record Target(Built circuit, Stream connecting, Stream open, int resolving) {
        static Target make() throws Exception {
            Built circuit = client.fast();
            Stream open = circuit.open();
            Stream connecting = circuit.begin();
            circuit.circuit().resolve(new Resolve("a.test"));
            int resolving = client.relay().awaitMessage(Resolve.class).streamId();
            return new Target(circuit, connecting, open, resolving);
        }

        int streamFor(int command) {
            return switch (command) {
                case 4 -> connecting.id();
                case 12 -> resolving;
                case 1, 2, 3, 11, 13, 43, 44 -> open.id();
                default -> 0;
            };
        }

        boolean isWhole() {
            return circuit.circuit().isOpen()
                    && open.client().isOpen()
                    && circuit.circuit().streamCount() == 3
                    && !connecting.client().connected().isDone();
        }
    }

    /** What a message of a command must come to, by how many bytes of value 1 its data has. */
    private static Outcome expected(int command, int length) {
        if (length > MAX_DATA_LEN) {
            return Outcome.PROTOCOL;
        }
        boolean unknown = !RelayCommand.ofWire(command).isKnown();
        return switch (command) {
            case 2, 10 -> Outcome.GOES_ON;
            case 3 -> length >= 1 ? Outcome.GOES_ON : Outcome.PROTOCOL;
            case 4 -> length >= 4 ? Outcome.GOES_ON : Outcome.PROTOCOL; // 1.1.1.1, with or without TTL
            case 9 -> length >= 1 ? Outcome.DESTROYED : Outcome.PROTOCOL;
            case 12 -> length % 7 == 0 ? Outcome.GOES_ON : Outcome.PROTOCOL; // type 1, length 1, value 1, TTL 4
            default -> unknown ? Outcome.GOES_ON : Outcome.PROTOCOL;
        };
    }

    @Test
    void t12_allCommandsOfAllOddLengths_endAsTheTableSays() throws Exception {
        int[] few = {0, 1, 20, MAX_DATA_LEN, MAX_DATA_LEN + 1, 65535};
        int[] lengths = new int[29];
        for (int i = 0; i <= 20; i++) {
            lengths[i] = i;
        }
        int[] long1 = {MAX_DATA_LEN - 1, MAX_DATA_LEN, MAX_DATA_LEN + 1, 509, 510, 511, 32768, 65535};
        System.arraycopy(long1, 0, lengths, 21, long1.length);
        ImmutableSet<Integer> withContent = ImmutableSet.of(2, 3, 4, 5, 9, 10, 12, 15, 200);
        Target target = Target.make();
        for (int command = 0; command < 256; command++) {
            for (int length : withContent.contains(command) ? lengths : few) {
                if (!target.isWhole()) {
                    target = Target.make();
                }
                target.circuit().last().sendBody(body(command, target.streamFor(command), length));
                assertThat(outcome(target.circuit()))
                        .as("command %s of %s bytes", command, length)
                        .isEqualTo(expected(command, length));
            }
        }
    }

    @Test
    void t12_connectedWithoutAddress_isNoAnswerToBegin() throws Exception {
        Built circuit = client.fast();
        Stream stream = circuit.begin();
        stream.hop().send(stream.id(), Connected.withoutAddress());
        client.assertClosedAsProtocol(circuit);
    }

    @Test
    void t12_connectedToIpv6_needsAllItsFields() throws Exception {
        byte[] data = new byte[25];
        data[4] = 6;
        data[5] = 0x20;
        for (int length = 1; length <= data.length; length++) {
            Built circuit = client.fast();
            Stream stream = circuit.begin();
            stream.hop().send(stream.id(), RelayCommand.CONNECTED, Bytes.copyOf(data, 0, length));
            assertThat(outcome(circuit))
                    .as("%s bytes", length)
                    .isEqualTo(length == data.length ? Outcome.GOES_ON : Outcome.PROTOCOL);
        }
    }

    @Test
    void truncated_withEachReasonFromEachHop_closesWithIt() throws Exception {
        for (int wire = 0; wire < 256; wire += wire < 14 ? 1 : 60) {
            Built circuit = client.build(1 + wire % 3);
            Stream stream = circuit.begin();
            circuit.hop(0).send(0, new Truncated(DestroyReason.ofWire(wire)));
            CircuitException cause = get(circuit.circuit().closed());
            assertThat(cause.kind()).isEqualTo(Kind.DESTROYED);
            assertThat(cause.reason()).contains(DestroyReason.ofWire(wire));
            assertThat(CircuitFixture.streamFailure(stream.client().connected()))
                    .hasCause(cause);
            client.awaitDestroy(circuit);
        }
    }

    // T16

    private static boolean isNamed(int command) {
        return (command >= 1 && command <= 15) || (command >= 19 && command <= 22) || (command >= 32 && command <= 44);
    }

    @Test
    void t16_all256CommandsOnTheCircuit_endAsTheTableSays() throws Exception {
        Built circuit = client.fast();
        int tolerated = 0;
        for (int command = 0; command < 256; command++) {
            circuit.last().sendBody(body(command, 0, 20));
            Outcome outcome = outcome(circuit);
            boolean known = isNamed(command);
            if (command == 10 || !known) {
                assertThat(outcome).as("command %s", command).isEqualTo(Outcome.GOES_ON);
                tolerated++;
            } else {
                assertThat(outcome)
                        .as("command %s", command)
                        .isEqualTo(command == 9 ? Outcome.DESTROYED : Outcome.PROTOCOL);
            }
            if (outcome != Outcome.GOES_ON || tolerated == TOLERATED) {
                circuit = client.fast();
                tolerated = 0;
            }
        }
    }

    @Test
    void t16_all256CommandsOnAnOpenStream_endAsTheTableSays() throws Exception {
        ImmutableSet<Integer> good = ImmutableSet.of(2, 3, 10);
        Built circuit = client.fast();
        Stream stream = circuit.open();
        int tolerated = 0;
        for (int command = 0; command < 256; command++) {
            circuit.last().sendBody(body(command, stream.id(), 20));
            Outcome outcome = outcome(circuit);
            boolean known = isNamed(command);
            assertThat(outcome)
                    .as("command %s", command)
                    .isEqualTo(good.contains(command) || !known ? Outcome.GOES_ON : Outcome.PROTOCOL);
            tolerated += outcome == Outcome.GOES_ON ? 1 : 0;
            if (outcome != Outcome.GOES_ON
                    || tolerated == TOLERATED
                    || !stream.client().isOpen()) {
                circuit = client.fast();
                stream = circuit.open();
                tolerated = 0;
            }
        }
    }

    // T88

    @ParameterizedTest
    @ValueSource(ints = {1, 10, TOLERATED, TOLERATED + 1, 1000})
    void t88_spareMessages_areToleratedUpToABudget(int count) throws Exception {
        for (RelayMessage spare :
                List.of(new Drop(), new UnknownMessage(RelayCommand.ofWire(77), Bytes.copyOf(new byte[3])))) {
            for (boolean connected : new boolean[] {false, true}) {
                Built circuit = client.build(2);
                Stream stream = connected ? circuit.open() : circuit.begin();
                sendSpares(circuit, spare, count);
                Outcome outcome = outcome(circuit);
                assertThat(outcome).isEqualTo(count <= TOLERATED ? Outcome.GOES_ON : Outcome.PROTOCOL);
                assertThat(stream.client().isOpen()).isEqualTo(count <= TOLERATED);
            }
        }
    }

    private static void sendSpares(Built circuit, RelayMessage spare, int count) throws Exception {
        try {
            for (int i = 0; i < count; i++) {
                circuit.hop(i % 2).send(i % 3 == 0 ? 5 : 0, spare);
            }
        } catch (ClientGoneException e) {
            assertThat(count).isGreaterThan(TOLERATED); // it had enough
        }
    }

    @Test
    void t88_dataWithoutBytes_isToleratedUpToTheBudget() throws Exception {
        Built circuit = client.fast();
        Stream stream = circuit.open();
        for (int i = 0; i < TOLERATED; i++) {
            stream.hop().send(stream.id(), new Data(Bytes.EMPTY));
        }
        assertThat(outcome(circuit)).isEqualTo(Outcome.GOES_ON);
        stream.hop().send(stream.id(), new Data(Bytes.EMPTY));
        assertThat(outcome(circuit)).isEqualTo(Outcome.PROTOCOL);
    }

    @Test
    void t88_xonAndXoffWithoutCongestionControl_closeAsProtocol() throws Exception {
        for (RelayMessage message : List.of(new Xon(0), new Xon(100), new Xoff())) {
            Built circuit = client.fast();
            DataStream stream = circuit.open().client();
            circuit.last().send(stream.streamId(), message);
            client.assertClosedAsProtocol(circuit);
        }
    }
}
