package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Joined;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedRelay;

/** A client of an onion service that asks and asks, while nothing leaves the service's channel. T71, T82. */
@Timeout(60)
class JoinedCircuitFloodTest {
    private static final int SOCKET_BUFFER_BYTES = 12 * 1024;
    private static final int QUEUE_BYTES = 128 * 514;
    /** Answers that find room in the channel's queue before others wait, or more. */
    private static final int QUEUED_FIRST = 1024;

    @RegisterExtension
    final CircuitFixture client =
            new CircuitFixture().connector(JoinedCircuitFloodTest::connect).script(new Stalling());

    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        goOn.countDown();
    }

    private static Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
        Socket socket = new DirectConnector().connect(address, timeoutMillis);
        socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
        return socket;
    }

    /** Reads nothing more from the first DATA that begins with 1. */
    private final class Stalling implements RelayScript {
        private Socket link;

        @Override
        public void onConnect(ScriptedRelay relay, Socket socket) throws Exception {
            link = socket;
            socket.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
        }

        @Override
        public void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
            RelayScript.super.onMessage(hop, streamId, message);
            if (message instanceof Data data && data.bytes().get(0) == 1) {
                goOn.await();
                link.setReceiveBufferSize(64 * SOCKET_BUFFER_BYTES); // or what waits would take long to come
            }
        }
    }

    /** The channel's queue is full of what the service writes to the client, and nothing moves any more. */
    private Running<Void> stall(DataStream stream) throws Exception {
        byte[] bytes = new byte[450 * 498];
        bytes[0] = 1;
        Running<Void> writer = client.run(() -> {
            stream.write(bytes, 0, bytes.length);
            return null;
        });
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ScriptedRelay.PATIENCE_SECONDS);
        int still = 0;
        while (still < 20) {
            assertThat(System.nanoTime()).isLessThan(until);
            still = client.channel().queuedBytes() < QUEUE_BYTES ? 0 : still + 1;
            writer.thread().join(1);
        }
        writer.awaitBlocked();
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
        goOn.countDown();
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
        goOn.countDown();
        for (int id = 2; id < 500; id++) {
            assertThat(joined.built().awaitMessage(End.class, id).message()).isEqualTo(End.of(EndReason.DONE));
        }
        get(writer.result());
    }
}
