package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.message.UnknownMessage;
import org.onion4j.circuit.message.Xoff;
import org.onion4j.circuit.message.Xon;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.crypto.bytes.Bytes;

/** T13: every message in every state that a stream ID can be in, compared with a written table. */
@Timeout(60)
class StreamStateTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** A stream-level SENDME acknowledges so many messages; as many have been sent where one is due. */
    private static final int STREAM_INCREMENT = 50;

    /** What an ID stands for. */
    private enum State {
        /** Stream ID 0. */
        ZERO,
        /** No stream ever had it. */
        NEVER,
        /** BEGIN sent, and {@link #STREAM_INCREMENT} messages of data. */
        CONNECTING,
        /** BEGIN_DIR sent. */
        CONNECTING_DIR,
        /** CONNECTED has come, {@link #STREAM_INCREMENT} messages of data are sent. */
        OPEN,
        /** CONNECTED has come, nothing is sent. */
        OPEN_IDLE,
        /** We closed before CONNECTED, after {@link #STREAM_INCREMENT} messages of data. */
        CLOSED_CONNECTING,
        /** We closed after CONNECTED and {@link #STREAM_INCREMENT} messages of data. */
        CLOSED,
        /** We closed after CONNECTED, nothing had been sent. */
        CLOSED_IDLE,
        /** END has come. */
        ENDED,
        /** RESOLVE sent. */
        RESOLVING,
        /** RESOLVE sent, nobody waits for the answer. */
        FORGOTTEN,
        /** RESOLVED has come. */
        RESOLVED,
        /** The circuit is closed: by us to the relay, as PROTOCOL. */
        PROTOCOL,
        /** The circuit is closed, for the reason that the relay gave. */
        DESTROYED
    }

    /** What can come. */
    private enum Message {
        DATA,
        END,
        CONNECTED,
        CONNECTED_EMPTY,
        SENDME,
        RESOLVED,
        XON,
        XOFF,
        BEGIN,
        BEGIN_DIR,
        RESOLVE,
        DROP,
        EXTENDED2,
        TRUNCATED,
        UNKNOWN;

        RelayMessage make() throws Exception {
            return switch (this) {
                case DATA -> new Data(Bytes.copyOf(new byte[] {1}));
                case END -> org.onion4j.circuit.message.End.of(EndReason.DONE);
                case CONNECTED -> Connected.to(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 9);
                case CONNECTED_EMPTY -> Connected.withoutAddress();
                case SENDME -> Sendme.withoutTag();
                case RESOLVED -> Resolved.error(Resolved.ERROR_NONTRANSIENT);
                case XON -> new Xon(0);
                case XOFF -> new Xoff();
                case BEGIN -> new Begin("a.test", 80, 0);
                case BEGIN_DIR -> new BeginDir();
                case RESOLVE -> new Resolve("a.test");
                case DROP -> new Drop();
                case EXTENDED2 -> new Extended2(Bytes.copyOf(new byte[64]));
                case TRUNCATED -> new Truncated(DestroyReason.FINISHED);
                case UNKNOWN -> new UnknownMessage(RelayCommand.ofWire(99), Bytes.EMPTY);
            };
        }
    }

    /**
     * Which state follows; whatever isn't here is PROTOCOL. DROP and messages of unknown commands change nothing anywhere
     * (they have a budget of their own), and TRUNCATED belongs to the circuit alone.
     */
    private static final Map<State, Map<Message, State>> TABLE = table();

    private static Map<State, Map<Message, State>> table() {
        Map<State, Map<Message, State>> table = new EnumMap<>(State.class);
        for (State state : State.values()) {
            Map<Message, State> row = new EnumMap<>(Message.class);
            row.put(Message.DROP, state);
            row.put(Message.UNKNOWN, state);
            table.put(state, row);
        }
        table.get(State.ZERO).put(Message.TRUNCATED, State.DESTROYED);

        table.get(State.CONNECTING).put(Message.CONNECTED, State.OPEN);
        table.get(State.CONNECTING).put(Message.END, State.ENDED);
        table.get(State.CONNECTING).put(Message.SENDME, State.CONNECTING); // for the data that was sent early

        table.get(State.CONNECTING_DIR).put(Message.CONNECTED, State.OPEN_IDLE);
        table.get(State.CONNECTING_DIR).put(Message.CONNECTED_EMPTY, State.OPEN_IDLE);
        table.get(State.CONNECTING_DIR).put(Message.END, State.ENDED);

        table.get(State.OPEN).put(Message.DATA, State.OPEN);
        table.get(State.OPEN).put(Message.END, State.ENDED);
        table.get(State.OPEN).put(Message.SENDME, State.OPEN_IDLE);

        table.get(State.OPEN_IDLE).put(Message.DATA, State.OPEN_IDLE);
        table.get(State.OPEN_IDLE).put(Message.END, State.ENDED);

        table.get(State.CLOSED_CONNECTING).put(Message.CONNECTED, State.CLOSED);
        table.get(State.CLOSED_CONNECTING).put(Message.END, State.ENDED);
        table.get(State.CLOSED_CONNECTING).put(Message.SENDME, State.CLOSED_CONNECTING);

        table.get(State.CLOSED).put(Message.DATA, State.CLOSED);
        table.get(State.CLOSED).put(Message.END, State.ENDED);
        table.get(State.CLOSED).put(Message.SENDME, State.CLOSED_IDLE);

        table.get(State.CLOSED_IDLE).put(Message.DATA, State.CLOSED_IDLE);
        table.get(State.CLOSED_IDLE).put(Message.END, State.ENDED);

        table.get(State.RESOLVING).put(Message.RESOLVED, State.RESOLVED);
        table.get(State.RESOLVING).put(Message.END, State.RESOLVED);

        table.get(State.FORGOTTEN).put(Message.RESOLVED, State.RESOLVED);
        table.get(State.FORGOTTEN).put(Message.END, State.RESOLVED);
        return table;
    }

    private static State next(State state, Message message) {
        return TABLE.get(state).getOrDefault(message, State.PROTOCOL);
    }

    /** One circuit with one stream ID in a state. */
    private static final class Subject {
        private final Built circuit;
        private DataStream stream; // null where the ID is no stream's
        private CompletableFuture<Resolved> answer; // null where it is no look-up's
        private int id;

        Subject(State state) throws Exception {
            circuit = client.fast();
            switch (state) {
                case ZERO -> id = 0;
                case NEVER -> id = circuit.begin().id() == 7 ? 8 : 7;
                case CONNECTING -> begin();
                case CONNECTING_DIR -> {
                    stream = circuit.circuit().openDirectory();
                    id = stream.streamId();
                    circuit.awaitMessage(BeginDir.class, id);
                }
                case OPEN -> {
                    begin();
                    connect();
                }
                case OPEN_IDLE -> open();
                case CLOSED_CONNECTING -> {
                    begin();
                    close();
                }
                case CLOSED -> {
                    begin();
                    connect();
                    close();
                }
                case CLOSED_IDLE -> {
                    open();
                    close();
                }
                case ENDED -> {
                    open();
                    send(Message.END);
                    get(stream.closed());
                }
                case RESOLVING -> resolve();
                case FORGOTTEN -> {
                    resolve();
                    answer.cancel(false);
                }
                case RESOLVED -> {
                    resolve();
                    send(Message.RESOLVED);
                    get(answer);
                }
                default -> throw new IllegalArgumentException("no start: " + state);
            }
        }

        private void open() throws Exception {
            stream = circuit.begin().client();
            id = stream.streamId();
            connect();
        }

        private void begin() throws Exception {
            circuit.last().acknowledge(false);
            stream = circuit.begin().client();
            id = stream.streamId();
            for (int i = 0; i < STREAM_INCREMENT; i++) {
                stream.write(new byte[] {1}, 0, 1);
                circuit.awaitMessage(Data.class, id);
            }
        }

        private void connect() throws Exception {
            send(Message.CONNECTED);
            get(stream.connected());
        }

        private void close() throws Exception {
            stream.close();
            circuit.awaitMessage(End.class, id);
        }

        private void resolve() throws Exception {
            answer = circuit.circuit().resolve(new Resolve("a.test"));
            id = client.relay().awaitMessage(Resolve.class).streamId();
        }

        void send(Message message) throws Exception {
            circuit.last().send(id, message.make());
        }

        void assertIn(State state) throws Exception {
            client.awaitHandled();
            switch (state) {
                case PROTOCOL -> {
                    client.assertClosedAsProtocol(circuit);
                    assertThat(circuit.circuit().streamCount()).isZero();
                }
                case DESTROYED -> {
                    assertThat(CircuitFixture.closedKind(circuit.circuit())).isEqualTo(CircuitException.Kind.DESTROYED);
                    client.awaitDestroy(circuit);
                }
                default -> {
                    assertThat(circuit.circuit().isOpen()).isTrue();
                    assertLives(state);
                }
            }
        }

        private void assertLives(State state) {
            if (stream != null) {
                boolean open = state == State.OPEN || state == State.OPEN_IDLE;
                boolean connecting = state == State.CONNECTING || state == State.CONNECTING_DIR;
                assertThat(stream.isOpen()).isEqualTo(open || connecting);
                assertThat(stream.connected().isDone()).isEqualTo(!connecting);
                assertThat(circuit.circuit().streamCount()).isEqualTo(open || connecting ? 1 : 0);
            }
            if (answer != null) {
                assertThat(answer.isDone()).isEqualTo(state != State.RESOLVING);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PROTOCOL", "DESTROYED"})
    void t13_eachMessage_leadsWhereTheTableSays(State state) throws Exception {
        for (Message message : Message.values()) {
            Subject subject = new Subject(state);
            subject.send(message);
            try {
                subject.assertIn(next(state, message));
            } catch (AssertionError e) {
                throw new AssertionError(message + " in " + state, e);
            }
        }
    }

    /** Rows of messages, each allowed where it comes but the last one; the same SENDME is never due twice. */
    @Test
    void t13_seededWalks_followTheTable() throws Exception {
        SplittableRandom random = new SplittableRandom(13);
        List<State> starts = List.of(State.CONNECTING, State.CONNECTING_DIR, State.CLOSED_CONNECTING, State.RESOLVING);
        for (int walk = 0; walk < 60; walk++) {
            State state = starts.get(random.nextInt(starts.size()));
            Subject subject = new Subject(state);
            List<Message> trail = new ArrayList<>();
            boolean sendmeCame = false;
            while (state != State.PROTOCOL && state != State.DESTROYED) {
                Message message = Message.values()[random.nextInt(Message.values().length)];
                if (message == Message.SENDME && sendmeCame) {
                    continue; // the table doesn't count them
                }
                sendmeCame |= message == Message.SENDME;
                if (next(state, message) == State.PROTOCOL && random.nextInt(8) > 0) {
                    continue; // or the walks would be short
                }
                trail.add(message);
                state = next(state, message);
                subject.send(message);
                try {
                    subject.assertIn(state);
                } catch (AssertionError e) {
                    throw new AssertionError(trail.toString(), e);
                }
            }
        }
    }
}
