package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.testing.ReceivedCell;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;

/** T89: what a client puts on the wire when it opens a link, and that it tells nothing of the client. */
@Timeout(60)
class ClientHelloTest {
    /** C tor's list, of which the platform may lack some, without those that have no ephemeral keys. */
    private static final ImmutableList<Integer> CIPHER_SUITES = ImmutableList.of(
            0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009, 0xc013, 0xc014);

    private static final int SERVER_NAME = 0;
    private static final int SESSION_TICKET = 35;
    private static final int PRE_SHARED_KEY = 41;
    private static final int EARLY_DATA = 42;
    private static final int ALPN = 16;

    /** What a hello says. */
    private record Hello(
            Bytes random,
            Bytes sessionId,
            List<Integer> suites,
            Bytes compressions,
            TreeMap<Integer, Bytes> extensions) {
        static Hello parse(Bytes handshake) throws WireFormatException {
            WireReader in = new WireReader(handshake);
            assertThat(in.u8("type")).isEqualTo(1);
            in.bytes(3, "length");
            assertThat(in.u16("version")).isEqualTo(0x0303);
            Bytes random = in.bytes(32, "random");
            Bytes sessionId = in.bytes(in.u8("session id length"), "session id");
            WireReader suites = in.sub(in.u16("suites length"), "suites");
            List<Integer> list = new ArrayList<>();
            while (suites.remaining() > 0) {
                list.add(suites.u16("suite"));
            }
            Bytes compressions = in.bytes(in.u8("compressions length"), "compressions");
            WireReader rest = in.sub(in.u16("extensions length"), "extensions");
            TreeMap<Integer, Bytes> extensions = new TreeMap<>();
            while (rest.remaining() > 0) {
                extensions.put(rest.u16("extension"), rest.bytes(rest.u16("length"), "extension"));
            }
            return new Hello(random, sessionId, list, compressions, extensions);
        }

        String serverName() throws WireFormatException {
            WireReader in = new WireReader(extensions.get(SERVER_NAME));
            in.u16("list length");
            assertThat(in.u8("name type")).isZero();
            return new String(in.bytes(in.u16("name length"), "name").toArray(), StandardCharsets.US_ASCII);
        }
    }

    /** Takes each client's hello and passes all bytes on to a relay, so that the links open. */
    private static final class Tap implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new ArrayList<>();

        Tap() throws IOException {}

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        /** The hello of the next client, whose link then goes on to the relay. */
        Hello next(ScriptedRelay relay) throws IOException, WireFormatException {
            Socket client = server.accept();
            sockets.add(client);
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] header = in.readNBytes(5);
            assertThat(header[0]).isEqualTo((byte) 22);
            byte[] record = in.readNBytes((header[3] & 0xff) << 8 | (header[4] & 0xff));
            Socket onwards =
                    new Socket(relay.address().getAddress(), relay.address().getPort());
            sockets.add(onwards);
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.write(header);
            first.write(record);
            onwards.getOutputStream().write(first.toByteArray());
            pump(client, onwards);
            pump(onwards, client);
            return Hello.parse(Bytes.copyOf(record));
        }

        private static void pump(Socket from, Socket to) {
            Thread thread = new Thread(() -> {
                try {
                    from.getInputStream().transferTo(to.getOutputStream());
                    to.close();
                } catch (IOException e) {
                    return; // closed
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void t89_hellosOfManyLinks_differOnlyInWhatIsRandom() throws Exception {
        List<Hello> hellos = new ArrayList<>();
        try (ScriptedRelay relay = ScriptedRelay.builder().count(1).start();
                Tap tap = new Tap();
                TestEnvironment environment = new TestEnvironment()) {
            ChannelTarget straight = TestEnvironment.target(relay);
            ChannelTarget target = new ChannelTarget(tap.address(), straight.rsaIdentity(), straight.ed25519Identity());
            for (int i = 0; i < 25; i++) {
                Channel channel = Channel.open(target, environment.environment());
                hellos.add(tap.next(relay));
                TestEnvironment.get(channel.opened());
                channel.close();
                TestEnvironment.get(channel.closed());
            }
        }
        Set<String> names = new HashSet<>();
        Set<Bytes> randoms = new HashSet<>();
        Set<Bytes> sessionIds = new HashSet<>();
        Hello first = hellos.get(0);
        List<Integer> ofOurs = new ArrayList<>(CIPHER_SUITES);
        ofOurs.retainAll(first.suites());
        assertThat(first.suites()).isEqualTo(ofOurs);
        assertThat(first.suites()).contains(0x1301, 0xc02f);
        for (Hello hello : hellos) {
            assertThat(hello.suites()).isEqualTo(first.suites());
            assertThat(hello.compressions()).isEqualTo(Bytes.copyOf(new byte[1]));
            assertThat(hello.extensions().keySet()).isEqualTo(first.extensions().keySet());
            assertThat(hello.extensions().keySet()).doesNotContain(PRE_SHARED_KEY, EARLY_DATA, ALPN);
            assertThat(hello.extensions().getOrDefault(SESSION_TICKET, Bytes.EMPTY))
                    .isEqualTo(Bytes.EMPTY);
            assertThat(hello.serverName()).matches("www\\.[a-z0-9]{4,25}\\.com");
            names.add(hello.serverName());
            randoms.add(hello.random());
            sessionIds.add(hello.sessionId());
        }
        assertThat(names).hasSize(hellos.size());
        assertThat(randoms).hasSize(hellos.size());
        assertThat(sessionIds).hasSize(first.sessionId().size() == 0 ? 1 : hellos.size()); // never one twice
    }

    @Test
    void t89_linkHandshake_isTheSameWhateverTheClock() throws Exception {
        Set<Bytes> versions = new HashSet<>();
        Set<Bytes> netinfos = new HashSet<>();
        try (ScriptedRelay relay = ScriptedRelay.builder().count(1).start()) {
            for (int hours : new int[] {0, -7, 5, 100}) {
                Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofHours(hours));
                try (TestEnvironment environment =
                        TestEnvironment.builder().clock(clock).build()) {
                    Channel channel = environment.openNow(relay);
                    ReceivedCell first = relay.awaitCell();
                    assertThat(first.message()).isEqualTo(Versions.of(3, 4, 5));
                    versions.add(first.body());
                    ReceivedCell second = relay.awaitCell();
                    Netinfo netinfo = (Netinfo) second.message();
                    assertThat(netinfo.timestamp()).isZero();
                    assertThat(netinfo.mine()).isEmpty();
                    assertThat(netinfo.other().inetAddress()).contains(InetAddress.getLoopbackAddress());
                    netinfos.add(second.body());
                    channel.close();
                    TestEnvironment.get(channel.closed());
                    assertThat(relay.awaitLinkEnd().received(CellCommand.CERTS)).isZero();
                    assertThat(relay.takeCells()).isEmpty();
                }
            }
        }
        assertThat(versions).hasSize(1);
        assertThat(netinfos).hasSize(1);
    }
}
