package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Immutable;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.runtime.BatchingSocket;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.testing.RecordRelay;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;

/**
 * T05: TLS records that are meant to make the reader spin, or to wedge it. What counts is how often the reader asks the
 * socket for more: twice a record at most, for its header and its content, and not once after the end.
 */
@Timeout(60)
class TlsNoiseTest {
    private static final int RECORDS = 700;
    private static final int HANDSHAKE_READS = 200;
    private static final int READS_A_RECORD = 2;
    private static RelayKeys keys;

    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong readsAfterEnd = new AtomicLong();

    @BeforeAll
    static void makeKeys() {
        keys = new RelayKeys(Instant.now(), new SeededRandom(8));
    }

    /** Sends noise on a link that is open. */
    @Immutable
    private interface Script {
        void play(RecordRelay relay) throws IOException;
    }

    private enum Outcome {
        GOES_ON,
        CLOSES,
        /** As the platform's TLS will have it. */
        EITHER
    }

    private static void repeat(RecordRelay relay, short type, int... content) throws IOException {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) content[i];
        }
        for (int i = 0; i < RECORDS; i++) {
            relay.record(type, bytes, 0, bytes.length);
        }
    }

    private enum Noise {
        EMPTY_RECORDS(true, Outcome.EITHER, relay -> repeat(relay, RecordRelay.DATA)),
        EMPTY_RECORDS_OF_TLS_1_2(false, Outcome.EITHER, relay -> repeat(relay, RecordRelay.DATA)),
        ONE_BYTE_RECORDS(true, Outcome.GOES_ON, relay -> {
            byte[] cells = new byte[Channel.CELL_LEN];
            for (int i = 0; i < cells.length; i++) {
                relay.record(RecordRelay.DATA, cells, i, 1);
            }
        }),
        KEY_UPDATES(true, Outcome.GOES_ON, relay -> {
            for (int i = 0; i < RECORDS; i++) {
                relay.keyUpdate(false);
            }
        }),
        KEY_UPDATES_TO_ANSWER(true, Outcome.GOES_ON, relay -> {
            for (int i = 0; i < RECORDS; i++) {
                relay.keyUpdate(true);
            }
        }),
        /** Lifetime, age, nonce, ticket of one byte, no extensions. */
        TICKETS(
                true,
                Outcome.EITHER,
                relay ->
                        repeat(relay, RecordRelay.HANDSHAKE, 4, 0, 0, 15, 0, 0, 9, 9, 1, 2, 3, 4, 1, 7, 0, 1, 7, 0, 0)),
        /** HelloRequest: asks for a renegotiation. */
        RENEGOTIATION(false, Outcome.CLOSES, relay -> repeat(relay, RecordRelay.HANDSHAKE, 0, 0, 0, 0)),
        UNKNOWN_MESSAGE(true, Outcome.CLOSES, relay -> repeat(relay, RecordRelay.HANDSHAKE, 99, 0, 0, 0)),
        /** The head of a message of 16 MiB, which never ends. */
        ENDLESS_MESSAGE(true, Outcome.CLOSES, relay -> repeat(relay, RecordRelay.HANDSHAKE, 4, 255, 255, 255)),
        WARNINGS(true, Outcome.EITHER, relay -> repeat(relay, RecordRelay.ALERT, 1, 90)),
        FATAL_ALERT(true, Outcome.CLOSES, relay -> repeat(relay, RecordRelay.ALERT, 2, 40)),
        UNKNOWN_RECORD_TYPE(true, Outcome.CLOSES, relay -> repeat(relay, (short) 77, 1)),
        GARBAGE(true, Outcome.CLOSES, relay -> {
            byte[] garbage = new byte[60_000];
            Arrays.fill(garbage, (byte) 0x5a);
            relay.socket().getOutputStream().write(garbage);
        }),
        HALF_A_RECORD(true, Outcome.CLOSES, relay -> {
            relay.socket().getOutputStream().write(new byte[] {23, 3, 3, 0x40, 0, 1, 2, 3});
            relay.socket().shutdownOutput();
        }),
        END_WITHOUT_FAREWELL(true, Outcome.CLOSES, relay -> relay.socket().shutdownOutput()),
        HALF_CLOSE(true, Outcome.CLOSES, RecordRelay::closeNotify),
        HALF_CLOSE_OF_TLS_1_2(false, Outcome.CLOSES, RecordRelay::closeNotify),
        RESET(true, Outcome.CLOSES, relay -> {
            relay.socket().setSoLinger(true, 0);
            relay.socket().close();
        });

        private final boolean tls13;
        private final Outcome outcome;
        private final Script script;

        Noise(boolean tls13, Outcome outcome, Script script) {
            this.tls13 = tls13;
            this.outcome = outcome;
            this.script = script;
        }
    }

    /** Counts what a reader asks for. */
    private final class Counting extends Socket {
        @Override
        public synchronized InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                private boolean ended;

                @Override
                public int read() throws IOException {
                    return count(super.read());
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    return count(super.read(target, offset, length));
                }

                private int count(int result) {
                    reads.incrementAndGet();
                    if (ended) {
                        readsAfterEnd.incrementAndGet();
                    }
                    ended = result < 0;
                    return result;
                }
            };
        }
    }

    private static final class Circuit implements CellHandler {
        final CompletableFuture<Boolean> served = new CompletableFuture<>(); // false once the channel is closed

        @Override
        public void onCell(int command, byte[] buffer, int offset) {
            served.complete(true);
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onChannelClosed(ChannelException cause) {
            served.complete(false);
        }
    }

    private static ChannelTarget target(InetSocketAddress address) {
        return new ChannelTarget(address, keys.rsaIdentity(), Optional.of(keys.ed25519Identity()));
    }

    private void assertComesThrough(Noise noise, SocketConnector connector) throws Exception {
        try (RecordRelay relay = new RecordRelay(keys, noise.tls13);
                TestEnvironment environment =
                        TestEnvironment.builder().connector(connector).build()) {
            Channel channel = Channel.open(target(relay.address()), environment.environment());
            TestEnvironment.get(channel.opened());
            relay.awaitLink();
            Circuit circuit = new Circuit();
            int id = channel.attach(circuit);
            try {
                noise.script.play(relay);
                relay.send(CellFrame.encode(id, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]));
            } catch (IOException e) {
                assertThat(noise.outcome).isNotEqualTo(Outcome.GOES_ON);
            }
            boolean served = circuit.served.get(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (noise.outcome != Outcome.EITHER) {
                assertThat(served).isEqualTo(noise.outcome == Outcome.GOES_ON);
            }
            channel.close();
            TestEnvironment.get(channel.closed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void t05_noiseOnAnOpenLink_isReadOnceAndEndsOrIsPassedOver(Noise noise) throws Exception {
        assertComesThrough(noise, (address, timeout) -> {
            Socket socket = new Counting();
            socket.connect(address, timeout);
            return socket;
        });
        assertThat(reads.get()).isLessThan(HANDSHAKE_READS + (long) READS_A_RECORD * (RECORDS + 100));
        assertThat(readsAfterEnd.get()).isLessThanOrEqualTo(1);
    }

    /** The same over the socket that clients use by default. */
    @ParameterizedTest
    @EnumSource(names = {"EMPTY_RECORDS", "KEY_UPDATES_TO_ANSWER", "HALF_CLOSE", "END_WITHOUT_FAREWELL", "GARBAGE"})
    void t05_noiseThroughTheBatchingSocket_comesToTheSameEnd(Noise noise) throws Exception {
        assertComesThrough(noise, (address, timeout) -> {
            Socket socket = new BatchingSocket();
            socket.connect(address, timeout);
            return socket;
        });
    }

    /** What a peer sends instead of a TLS handshake, before it goes away or keeps quiet. */
    private enum FirstFlight {
        NOTHING(new byte[0]),
        HALF_A_HEADER(new byte[] {22, 3}),
        HEADER_ALONE(new byte[] {22, 3, 3, 0, 100}),
        HALF_A_SERVER_HELLO(new byte[] {22, 3, 3, 0, 100, 2, 0, 0, 96, 3, 3}),
        EMPTY_HANDSHAKE_RECORDS(emptyRecords(22)),
        CHANGE_CIPHER_SPECS(emptyRecords(20)),
        ALERT_RECORDS(emptyRecords(21)),
        HTTP("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
        ZEROS(new byte[20_000]);

        private final Bytes bytes;

        FirstFlight(byte[] bytes) {
            this.bytes = Bytes.copyOf(bytes);
        }

        private static byte[] emptyRecords(int type) {
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            for (int i = 0; i < RECORDS; i++) {
                records.write(type);
                records.write(3);
                records.write(3);
                records.write(0);
                records.write(0);
            }
            return records.toByteArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void t05_endInMidHandshake_failsTheChannel(FirstFlight flight) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                TestEnvironment environment = TestEnvironment.builder()
                        .connector((address, timeout) -> {
                            Socket socket = new Counting();
                            socket.connect(address, timeout);
                            return socket;
                        })
                        .build()) {
            Channel channel =
                    Channel.open(target((InetSocketAddress) server.getLocalSocketAddress()), environment.environment());
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(22);
                accepted.getOutputStream().write(flight.bytes.toArray());
                accepted.shutdownOutput();
                ChannelException failure = (ChannelException) TestEnvironment.failure(channel.opened());
                assertThat(failure.kind()).isEqualTo(ChannelException.Kind.TLS);
            }
        }
        assertThat(reads.get()).isLessThan(HANDSHAKE_READS + (long) READS_A_RECORD * RECORDS);
        assertThat(readsAfterEnd.get()).isLessThanOrEqualTo(1);
    }

    @Test
    void t05_wholeFirstFlightAndThenTheEnd_failsTheChannel() throws Exception {
        try (ScriptedRelay relay = ScriptedRelay.builder()
                        .relay(keys)
                        .count(1)
                        .script(new RelayScript() {
                            @Override
                            public void onLink(ScriptedLink link) throws Exception {
                                link.close();
                            }
                        })
                        .start();
                TestEnvironment environment = new TestEnvironment()) {
            ChannelException failure = (ChannelException)
                    TestEnvironment.failure(environment.open(relay).opened());
            assertThat(failure.kind()).isEqualTo(ChannelException.Kind.HANDSHAKE);
        }
    }
}
