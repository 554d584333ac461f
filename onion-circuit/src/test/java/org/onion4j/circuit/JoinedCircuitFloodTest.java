package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Joined;
import org.onion4j.circuit.testing.ValveConnector;

/** A client of an onion service that asks and asks, while nothing leaves the service's channel. T55, T71, T82. */
@Timeout(60)
class JoinedCircuitFloodTest {
    /** Answers that find room in the channel's queue before others wait, or more. */
    private static final int QUEUED_FIRST = 1024;

    private final ValveConnector valve = new ValveConnector();

    @RegisterExtension
    final CircuitFixture client = new CircuitFixture().connector(valve);

    @AfterEach
    void letGo() {
        valve.open();
    }

    /** The channel's queue is full of what the service writes to the client, and nothing moves any more. */
    private Running<Void> stall(DataStream stream) throws Exception {
        valve.shut();
        Running<Void> writer = client.run(() -> {
            stream.write(new byte[450 * 498], 0, 450 * 498);
            return null;
        });
        valve.awaitHeld();
        client.awaitQueueFull(writer);
        return writer;
    }

    /** What waits for a client that does not read is bounded: the answers to its requests, too. */
    @Test
    void begin_overAndOver_whileNothingLeaves_closesTheCircuitAlone() throws Exception {
        Joined joined = new Meeting(client.random()).join(client.build(1), StreamLimit.refusing(1));
        Running<Void> writer = stall(joined.open(1));
        for (int id = 2; id < 2 + IncomingStreams.MAX_WAITING; id++) {
            joined.client().send(id, Begin.toService(80));
        }
        client.awaitHandled();
        assertThat(joined.built().circuit().isOpen()).isTrue();
        for (int id = 2 + IncomingStreams.MAX_WAITING; id < 2 + IncomingStreams.MAX_WAITING + QUEUED_FIRST; id++) {
            joined.client().send(id, Begin.toService(80));
        }
        assertThat(closedKind(joined.built().circuit())).isEqualTo(CircuitException.Kind.PROTOCOL);
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        valve.open();
        client.awaitDestroy(joined.built());
    }

    /** A client that is only slow gets its answers in the end, in order. */
    @Test
    void answers_thatWaited_comeInOrder() throws Exception {
        Joined joined = new Meeting(client.random()).join(client.build(1), StreamLimit.refusing(1));
        Running<Void> writer = stall(joined.open(1));
        for (int id = 2; id < 500; id++) {
            joined.client().send(id, Begin.toService(80));
        }
        client.awaitHandled();
        valve.open();
        for (int id = 2; id < 500; id++) {
            assertThat(joined.built().awaitMessage(End.class, id).message()).isEqualTo(End.of(EndReason.DONE));
        }
        get(writer.result());
    }
}
