package org.onion4j.api.internal.socks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.ExitPolicyException;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.IpVersions;
import org.onion4j.api.OnionStream;
import org.onion4j.api.ProxyException;
import org.onion4j.api.SocksOptions.Errors;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.DestinationRules;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.api.internal.socks.SocksLimits.AddressRequests;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeEngine.Asked;
import org.onion4j.api.testing.FakeStream;
import org.onion4j.crypto.bytes.Bytes;

@Timeout(60)
class SocksServerTest {
    private static final String GREETING = "050100";
    private static final String ABC_80 = "05010003" + "03616263" + "0050";
    private static final String GRANTED = "05000001000000000000";

    private final FakeEngine engine = new FakeEngine();
    private final ClientRequests requests = new ClientRequests(
            engine, new DestinationRules(InternalAddresses.REFUSED), Duration.ofMinutes(2), Duration.ofMinutes(2));
    private final SocksProxies proxies = new SocksProxies(requests, Ticker.systemTicker());
    private SocksServer server;

    @AfterEach
    void stop() {
        proxies.close();
        assertThat(proxyThreads()).as("threads left").isEmpty();
    }

    private static List<String> proxyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("onion4j-socks"))
                .collect(Collectors.toList());
    }

    private SocksLimits limits(int connections, AddressRequests addresses) {
        SocksLimits usual = SocksLimits.DEFAULT;
        return new SocksLimits(
                connections, usual.handshake(), usual.quietAfterHalfClose(), usual.drainAfterEnd(), addresses);
    }

    private SocksProgram program() throws Exception {
        if (server == null) {
            server = proxies.open(0, SocksLimits.DEFAULT);
        }
        return new SocksProgram(server.address());
    }

    /** A program whose stream to abc:80 is open. */
    private SocksProgram connected(FakeStream stream) throws Exception {
        SocksProgram program = program().send(GREETING + ABC_80);
        engine.nextStream().answer().complete(stream);
        assertThat(program.receiveHex(12)).isEqualTo("0500" + GRANTED);
        return program;
    }

    @ParameterizedTest
    @CsvSource({
        "05010003 03616263 0050, abc, 80",
        "05010003 03414243 01bb, abc, 443",
        "05010001 c0000201 ffff, 192.0.2.1, 65535",
        "05010004 20010db8000000000000000000000001 0001, 2001:db8::1, 1",
        "05010003 093139322e302e322e31 0050, 192.0.2.1, 80"
    })
    void connect_asksForTheHostAndPort(String request, String host, int port) throws Exception {
        try (SocksProgram program = program().send(GREETING + request.replace(" ", ""))) {
            Asked<OnionStream> asked = engine.nextStream();
            assertThat(asked.request().destination().host()).isEqualTo(host);
            assertThat(asked.request().destination().port()).isEqualTo(port);
            assertThat(asked.request().ipVersions()).isEqualTo(IpVersions.PREFER_IPV4);
            asked.answer().complete(new FakeStream());
            assertThat(program.receiveHex(12)).isEqualTo("0500" + GRANTED);
        }
    }

    @Test
    void connect_bySocks4a_isGrantedInItsForm() throws Exception {
        try (SocksProgram program = program().send("0401005000000001" + "7500" + "61626300")) {
            Asked<OnionStream> asked = engine.nextStream();
            assertThat(asked.request().destination().host()).isEqualTo("abc");
            assertThat(asked.request().ipVersions()).isEqualTo(IpVersions.IPV4_ONLY);
            asked.answer().complete(new FakeStream());
            assertThat(program.receiveHex(8)).isEqualTo("005a000000000000");
        }
    }

    @Test
    void data_goesBothWaysAndBothEndsClose() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            program.send("hello".getBytes(US_ASCII));
            assertThat(stream.awaitSent(5)).isEqualTo("hello".getBytes(US_ASCII));
            stream.send("world".getBytes(US_ASCII));
            assertThat(program.receive(5)).isEqualTo("world".getBytes(US_ASCII));
            stream.end();
            assertThat(program.receiveAll()).isEmpty();
        }
        stream.awaitClosed();
    }

    @Test
    void bulkData_isWholeInBothDirections() throws Exception {
        FakeStream stream = new FakeStream();
        byte[] blob = new byte[8 << 20];
        new Random(1).nextBytes(blob);
        try (SocksProgram program = connected(stream)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                for (int at = 0; at < blob.length; at += 70_000) {
                    stream.send(Arrays.copyOfRange(blob, at, Math.min(blob.length, at + 70_000)));
                }
                stream.end();
            });
            CompletableFuture<byte[]> receiving = CompletableFuture.supplyAsync(() -> {
                try {
                    return program.receive(blob.length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(receiving.get()).isEqualTo(blob);
            sending.get();
        }
        FakeStream upload = new FakeStream();
        try (SocksProgram program = connected(upload)) {
            program.send(blob);
            assertThat(upload.awaitSent(blob.length)).isEqualTo(blob);
        }
    }

    @Test
    void t66_earlyData_arrivesFirstAndInOrder() throws Exception {
        try (SocksProgram program = program().send(GREETING + ABC_80 + "6561726c79")) {
            Asked<OnionStream> asked = engine.nextStream();
            FakeStream stream = new FakeStream();
            program.send("-later".getBytes(US_ASCII));
            asked.answer().complete(stream);
            assertThat(stream.awaitSent(11)).isEqualTo("early-later".getBytes(US_ASCII));
        }
    }

    @Test
    void t66_closedAtAnyByte_leavesNothing() throws Exception {
        List<String> dialogues = SocksDialogueTest.dialogues().map(Bytes::hex).collect(Collectors.toList());
        for (String dialogue : dialogues) {
            for (int length = 0; length < dialogue.length(); length += 2) {
                program().send(dialogue.substring(0, length)).close();
            }
        }
        try (SocksProgram bystander = program().send(GREETING + ABC_80)) {
            engine.nextStream().answer().complete(new FakeStream());
            assertThat(bystander.receiveHex(12)).isEqualTo("0500" + GRANTED);
        }
        assertThat(engine.isIdle()).isTrue();
    }

    // The ends of a connection.

    @Test
    void t71_theProgramStopsSending_andStillReceives() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            program.send("question".getBytes(US_ASCII)).stopSending();
            stream.awaitOutputShut();
            assertThat(stream.isOpen()).isTrue();
            assertThat(stream.awaitSent(8)).isEqualTo("question".getBytes(US_ASCII));
            engine.scheduler().awaitSize(1);
            stream.send("ans".getBytes(US_ASCII));
            assertThat(program.receive(3)).isEqualTo("ans".getBytes(US_ASCII));
            engine.scheduler().advance(SocksLimits.DEFAULT.quietAfterHalfClose());
            assertThat(stream.isOpen()).as("something came since").isTrue();
            stream.send("wer".getBytes(US_ASCII));
            stream.end();
            assertThat(program.receiveAll()).isEqualTo("wer".getBytes(US_ASCII));
        }
        stream.awaitClosed();
    }

    @Test
    void theProgramStopsSending_andNothingComes_closesTheStream() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            program.stopSending();
            engine.scheduler().awaitSize(1);
            engine.scheduler().advance(SocksLimits.DEFAULT.quietAfterHalfClose());
            stream.awaitClosed();
            assertThat(program.receiveAll()).isEmpty();
        }
    }

    @Test
    void theFarEndCloses_andTheProgramMayFinishSending() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            stream.send("bye".getBytes(US_ASCII));
            stream.end();
            assertThat(program.receiveAll()).isEqualTo("bye".getBytes(US_ASCII));
            program.send(new byte[100_000]); // to nobody
            assertThat(stream.isOpen()).isTrue();
            program.stopSending();
            stream.awaitClosed();
        }
    }

    @Test
    void theFarEndCloses_andTheProgramDoesNot_closesTheConnection() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            stream.end();
            assertThat(program.receiveAll()).isEmpty();
            engine.scheduler().awaitSize(1);
            engine.scheduler().advance(SocksLimits.DEFAULT.drainAfterEnd());
            stream.awaitClosed();
        }
    }

    @Test
    void aBrokenStream_resetsTheConnection_afterWhatCameBefore() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            stream.send("half".getBytes(US_ASCII));
            assertThat(program.receive(4)).isEqualTo("half".getBytes(US_ASCII));
            stream.fail(new CircuitClosedException("made so by the test", Optional.empty(), null));
            assertThatThrownBy(program::receiveAll)
                    .as("must not look like the end of the data")
                    .isInstanceOf(SocketException.class);
        }
        stream.awaitClosed();
    }

    @Test
    void theProgramIsGone_closesTheStream() throws Exception {
        FakeStream stream = new FakeStream();
        SocksProgram program = connected(stream);
        program.socket().setSoLinger(true, 0); // as the system does for a program that dies
        program.close();
        stream.awaitClosed();
    }

    @Test
    void theProgramGivesUp_beforeTheStreamIsOpen_givesTheStreamUp() throws Exception {
        CompletableFuture<OnionStream> answer;
        try (SocksProgram program = program().send(GREETING + ABC_80)) {
            answer = engine.nextStream().answer();
            assertThat(program.receiveHex(2)).isEqualTo("0500");
        }
        assertThatThrownBy(answer::get).isInstanceOf(CancellationException.class);
    }

    // Failures.

    @Test
    void aFailure_isAnsweredByItsCode() throws Exception {
        try (SocksProgram program = program().send(GREETING + ABC_80 + "00ff")) {
            engine.nextStream().answer().completeExceptionally(new ExitPolicyException("", Optional.empty(), null));
            assertThat(program.receiveAllHex()).isEqualTo("0500" + "05020001000000000000");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "05010003 08666f6f2e65786974 0050, 02", // foo.exit
        "05010003 096c6f63616c686f7374 0050, 02", // localhost
        "05010001 0a000001 0050, 02", // 10.0.0.1
        "05010001 7f000001 0050, 02", // 127.0.0.1
        "05010004 00000000000000000000000000000001 0050, 02", // ::1
        "05010004 00000000000000000000ffff7f000001 0050, 02", // ::ffff:127.0.0.1
        "05f10001 0a000001 0000, 02", // the name of 10.0.0.1
        "05010003 03616263 0000, 01", // port 0
        "05010003 03610062 0050, 01", // NUL
        "05010003 03610a62 0050, 01", // line feed
        "05010003 03c3bc78 0050, 01", // not ASCII
        "05010003 07622e6f6e696f6e 0050, 04" // b.onion
    })
    void t70_badDestinations_areRefusedWithoutAskingAnybody(String request, String code) throws Exception {
        try (SocksProgram program = program().send(GREETING + request.replace(" ", ""))) {
            assertThat(program.receiveAllHex()).isEqualTo("0500" + "05" + code + "0001000000000000");
        }
        assertThat(engine.isIdle()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("org.onion4j.api.internal.socks.SocksDialogueTest#strangers")
    void t65_otherProtocols_areClosedWithNothingSaid(String text) throws Exception {
        try (SocksProgram program = program()) {
            byte[] received;
            try {
                program.send(text.getBytes(ISO_8859_1));
                received = program.receiveAll();
            } catch (SocketException e) {
                received = new byte[0]; // a reset says nothing either
            }
            assertThat(received).isEmpty();
        }
        assertThat(engine.isIdle()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "WARNED, 050100 05010001c00002010050, true",
        "WARNED, 050100 05010003036162630050, true",
        "WARNED, 04010050c000020100, true",
        "WARNED, 04010050000000010061626300, true",
        "REFUSED, 050100 05010001c00002010050, false",
        "REFUSED, 050100 05010003036162630050, true",
        "REFUSED, 04010050c000020100, false",
        "REFUSED, 04010050000000010061626300, true"
    })
    void t64_hostsByAddress_areRefusedInSafeModeAlone(AddressRequests mode, String dialogue, boolean served)
            throws Exception {
        server = proxies.open(0, limits(10, mode));
        try (SocksProgram program = program().send(dialogue.replace(" ", ""))) {
            if (served) {
                engine.nextStream().answer().complete(new FakeStream());
                assertThat(program.receiveHex(8)).doesNotContain("5b");
            } else {
                assertThat(program.receiveAllHex()).containsAnyOf("005b000000000000", "05020001000000000000");
                assertThat(engine.isIdle()).isTrue();
            }
        }
    }

    @Test
    void t64_hostsByAddress_areWarnedOfNowAndThen() throws Exception {
        AtomicLong now = new AtomicLong();
        SocksProxies ours = new SocksProxies(requests, new Ticker() {
            @Override
            public long read() {
                return now.get();
            }
        });
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, US_ASCII));
        try {
            server = ours.open(0, SocksLimits.DEFAULT);
            for (int interval = 1; interval <= 2; interval++) {
                for (int i = 0; i < 5; i++) {
                    try (SocksProgram program = program().send(GREETING + "05010001c00002010050")) {
                        engine.nextStream().answer().complete(new FakeStream());
                        program.receive(12);
                    }
                }
                assertThat(log.toString(US_ASCII).split("addresses in place of names", -1))
                        .as("what stands between warnings")
                        .hasSize(interval + 1);
                now.addAndGet(Duration.ofMinutes(10).toNanos());
            }
        } finally {
            System.setErr(before);
            ours.close();
        }
        assertThat(log.toString(US_ASCII)).as("T86").doesNotContain("192.0.2.1");
    }

    // Look-ups, isolation, limits.

    @Test
    void resolve_answersWithTheFirstAddress() throws Exception {
        try (SocksProgram program = program().send(GREETING + "05f00003036162630000")) {
            Asked<ImmutableList<InetAddress>> asked = engine.nextLookup();
            assertThat(asked.request().destination().host()).isEqualTo("abc");
            asked.answer()
                    .complete(ImmutableList.of(
                            InetAddresses.forString("192.0.2.7"), InetAddresses.forString("2001:db8::1")));
            assertThat(program.receiveAllHex()).isEqualTo("0500" + "05000001c00002070000");
        }
        try (SocksProgram program = program().send(GREETING + "05f00001c00002090000")) {
            assertThat(program.receiveAllHex()).as("of an address: itself").isEqualTo("0500" + "05000001c00002090000");
        }
        try (SocksProgram program = program().send("04f00000000000010061626300")) {
            engine.nextLookup().answer().complete(ImmutableList.of(InetAddresses.forString("192.0.2.7")));
            assertThat(program.receiveAllHex()).isEqualTo("005a0000c0000207");
        }
        try (SocksProgram program = program().send(GREETING + "05f00003036162630000")) {
            engine.nextLookup().answer().completeExceptionally(new HostNotFoundException("", Optional.empty(), null));
            assertThat(program.receiveAllHex()).isEqualTo("0500" + "05040001000000000000");
        }
    }

    @Test
    void resolvePtr_answersWithTheName() throws Exception {
        for (String target : new String[] {"01c0000207", "03093139322e302e322e37"}) {
            try (SocksProgram program = program().send(GREETING + "05f100" + target + "0000")) {
                Asked<String> asked = engine.nextReverseLookup();
                assertThat(asked.request().destination().host()).isEqualTo("192.0.2.7");
                asked.answer().complete("a.b");
                assertThat(program.receiveAllHex()).isEqualTo("0500" + "0500000303612e620000");
            }
        }
    }

    @Test
    void t67_isolation_isByProxyUserAndPassword() throws Exception {
        Object plain = isolationOf(GREETING + ABC_80, 12);
        assertThat(isolationOf(GREETING + ABC_80, 12)).isEqualTo(plain);
        Object alice = isolationOf("050102" + "0101610178" + ABC_80, 14);
        assertThat(isolationOf("050102" + "0101610178" + ABC_80, 14))
                .isEqualTo(alice)
                .isNotEqualTo(plain);
        assertThat(isolationOf("050102" + "0101610179" + ABC_80, 14)).isNotEqualTo(alice);
        assertThat(isolationOf("050102" + "0101620178" + ABC_80, 14)).isNotEqualTo(alice);
        assertThat(isolationOf("050102" + "0100026178" + ABC_80, 14)).isNotEqualTo(alice);
        assertThat(alice.toString()).isEqualTo("Isolation");
        server = proxies.open(0, SocksLimits.DEFAULT);
        assertThat(isolationOf(GREETING + ABC_80, 12)).as("of another proxy").isNotEqualTo(plain);
    }

    private Object isolationOf(String dialogue, int answerLen) throws Exception {
        try (SocksProgram program = program().send(dialogue)) {
            Asked<OnionStream> asked = engine.nextStream();
            asked.answer().complete(new FakeStream());
            program.receive(answerLen);
            return asked.request().isolation().orElseThrow();
        }
    }

    @Test
    void connectionsBeyondTheLimit_waitForOthersToEnd() throws Exception {
        server = proxies.open(0, limits(2, AddressRequests.WARNED));
        FakeStream first = new FakeStream();
        try (SocksProgram one = connected(first);
                SocksProgram two = connected(new FakeStream());
                SocksProgram three = program().send(GREETING + ABC_80)) {
            assertThat(engine.isIdle()).isTrue();
            first.end();
            one.receiveAll();
            one.stopSending();
            engine.nextStream().answer().complete(new FakeStream());
            assertThat(three.receiveHex(12)).isEqualTo("0500" + GRANTED);
            assertThat(two.socket().isConnected()).isTrue();
        }
    }

    /** T83: a system that is out of handles for a while. */
    private static final class Unwilling extends ServerSocketFactory {
        private static final int FAILURES = 3;

        private final AtomicInteger tries = new AtomicInteger();

        @Override
        public ServerSocket createServerSocket() throws IOException {
            return new ServerSocket() {
                @Override
                public Socket accept() throws IOException {
                    if (tries.incrementAndGet() <= FAILURES) {
                        throw new SocketException("Too many open files");
                    }
                    return super.accept();
                }
            };
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void t83_noHandlesForAWhile_programsAreServedAfterwards() throws Exception {
        Unwilling system = new Unwilling();
        SocksProxies starved = new SocksProxies(requests, Ticker.systemTicker(), system);
        PrintStream usual = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, US_ASCII));
        try {
            server = starved.open(0, limits(1, AddressRequests.WARNED));
            // With room for one: had a failure kept its place, nobody could be served.
            try (SocksProgram program = connected(new FakeStream())) {
                assertThat(program.socket().isConnected()).isTrue();
                assertThat(system.tries).hasValueGreaterThan(Unwilling.FAILURES);
            }
        } finally {
            starved.close();
            System.setErr(usual);
        }
        assertThat(system.tries.get()).as("no spinning").isLessThanOrEqualTo(Unwilling.FAILURES + 3);
        assertThat(log.toString(US_ASCII)).contains("cannot accept connections for now");
    }

    @Test
    void aProgramThatDawdles_isClosed() throws Exception {
        server = proxies.open(
                0,
                new SocksLimits(
                        10,
                        Duration.ofMillis(5),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        AddressRequests.WARNED));
        for (String start : new String[] {"", "05", "050100", GREETING + "050100"}) {
            try (SocksProgram program = program().send(start)) {
                assertThat(program.receiveAllHex()).isIn("", "0500");
            }
        }
        assertThat(engine.isIdle()).isTrue();
    }

    // The server itself.

    @Test
    void t65_listensOnLoopbackAlone() throws Exception {
        server = proxies.open(0, SocksLimits.DEFAULT);
        assertThat(server.address().getAddress()).isEqualTo(InetAddresses.forString("127.0.0.1"));
        assertThat(server.port()).isPositive();
    }

    @Test
    void t76_aTakenPort_isATypedErrorWithNothingLeft() throws Exception {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddresses.forString("127.0.0.1"), 0));
            assertThatThrownBy(() -> proxies.open(other.getLocalPort(), Errors.STANDARD))
                    .isInstanceOf(ProxyException.class)
                    .hasMessageContaining("127.0.0.1:" + other.getLocalPort());
            assertThat(proxyThreads()).isEmpty();
        }
        assertThatThrownBy(() -> proxies.open(-1, Errors.STANDARD)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxies.open(65536, Errors.STANDARD)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void close_endsConnectionsInEveryStateAndFreesThePort() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram open = connected(stream);
                SocksProgram silent = program();
                SocksProgram waiting = program().send(GREETING + ABC_80)) {
            CompletableFuture<OnionStream> answer = engine.nextStream().answer();
            server.close();
            server.close();
            assertThat(proxyThreads()).isEmpty();
            assertThat(stream.isOpen()).isFalse();
            assertThat(answer.isCancelled()).isTrue();
            for (SocksProgram program : new SocksProgram[] {open, silent, waiting}) {
                assertEnded(program);
            }
            try (ServerSocket again = new ServerSocket()) {
                again.bind(server.address());
                assertThat(again.isBound()).isTrue();
            }
        }
    }

    private static void assertEnded(SocksProgram program) {
        try {
            assertThat(Bytes.copyOf(program.receiveAll()).hex()).isIn("", "0500");
        } catch (IOException e) {
            assertThat(e).isInstanceOf(SocketException.class); // a reset is an end too
        }
    }

    @Test
    void close_byAnInterruptedThread_leavesNothingEither() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            Thread.currentThread().interrupt();
            server.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(proxyThreads()).isEmpty();
            assertEnded(program);
        }
    }

    @Test
    void close_ofTheClient_closesItsProxies() throws Exception {
        FakeStream stream = new FakeStream();
        try (SocksProgram program = connected(stream)) {
            proxies.close();
            stream.awaitClosed();
            assertEnded(program);
        }
        assertThatThrownBy(() -> proxies.open(0, Errors.STANDARD)).isInstanceOf(ClientClosedException.class);
    }
}
