package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.SystemRandom;

/** Streams through three relays that keep the rules, and count whether the client does: windows, tags, RELAY_EARLY. */
@Timeout(60)
class CircuitStreamTest {
    private static final int DATA_BYTES = 1_000_003; // more than twice the window of a circuit, no multiple of anything

    private final EchoExit exit = new EchoExit();
    private ScriptedRelay relay;
    private TestEnvironment environment;
    private Channel channel;
    private Circuit circuit;

    /** An exit that sends back what it gets, as fast as the client allows. */
    private static final class EchoExit implements RelayScript {
        final LinkedBlockingQueue<Bytes> echo = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
            if (message instanceof Begin) {
                hop.send(streamId, Connected.to(InetAddresses.forString("192.0.2.1"), 60));
                hop.relay().run(() -> {
                    while (true) {
                        hop.sendData(streamId, echo.take().toArray());
                    }
                });
            } else if (message instanceof Data data) {
                echo.add(data.bytes());
            } else if (message instanceof Resolve) {
                hop.send(
                        streamId,
                        new Resolved(com.google.common.collect.ImmutableList.of(
                                Resolved.Answer.of(InetAddresses.forString("192.0.2.9"), 60))));
            } else {
                RelayScript.super.onMessage(hop, streamId, message);
            }
        }
    }

    @BeforeEach
    void build() throws Exception {
        relay = ScriptedRelay.start(exit);
        environment = new TestEnvironment();
        channel = environment.openNow(relay);
        circuit = Circuit.on(channel, CircuitParameters.DEFAULT, new SystemRandom(), Ticker.systemTicker());
        List<HopTarget> path = new ArrayList<>();
        for (RelayKeys keys : relay.relays()) {
            path.add(target(keys, path.size() == 1 ? HopTarget.Handshake.NTOR : HopTarget.Handshake.NTOR_V3));
        }
        TestEnvironment.get(circuit.create(path.get(0)));
        TestEnvironment.get(circuit.extend(path.get(1)));
        TestEnvironment.get(circuit.extend(path.get(2)));
        assertThat(circuit.length()).isEqualTo(3);
    }

    @AfterEach
    void close() throws Exception {
        circuit.close();
        channel.close();
        environment.close();
        relay.close();
        relay.assertNoFailures();
    }

    @Test
    void stream_bytesBothWays_keepToTheWindowsAndArriveInOrder() throws Exception {
        DataStream stream = circuit.openStream(Begin.to("example.test", 80, 0));
        byte[] sent = new byte[DATA_BYTES];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) (i * 31 + (i >>> 9));
        }
        relay.run(() -> stream.write(sent, 0, sent.length));
        byte[] received = new byte[DATA_BYTES];
        int at = 0;
        while (at < received.length) {
            int read = stream.read(received, at, received.length - at);
            assertThat(read).isPositive();
            at += read;
        }
        assertThat(received).isEqualTo(sent);
        assertThat(TestEnvironment.get(stream.connected()).address()).contains(InetAddresses.forString("192.0.2.1"));
        stream.close();
        assertThat(relay.awaitMessage(End.class).hop().index()).isEqualTo(2);
    }

    @Test
    void end_afterConnected_isTheEndOfInput() throws Exception {
        DataStream stream = circuit.openStream(Begin.to("example.test", 80, 0));
        TestEnvironment.get(stream.connected());
        relay.awaitLink().anyCircuit().lastHop().send(stream.streamId(), End.of(EndReason.DONE));
        assertThat(stream.read(new byte[1], 0, 1)).isEqualTo(-1);
        stream.close();
    }

    @Test
    void resolve_isAnswered() throws Exception {
        Resolved answer = TestEnvironment.get(circuit.resolve(new Resolve("example.test")));
        assertThat(answer.answers().get(0).address()).contains(InetAddresses.forString("192.0.2.9"));
    }

    private static HopTarget target(RelayKeys keys, HopTarget.Handshake handshake) {
        return new HopTarget(
                keys.rsaIdentity(),
                Optional.of(keys.ed25519Identity()),
                keys.ntorOnionKey(),
                (Inet4Address) InetAddresses.forString("192.0.2.7"),
                9001,
                handshake,
                false);
    }
}
