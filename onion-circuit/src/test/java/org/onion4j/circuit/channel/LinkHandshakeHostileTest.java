package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Padding;
import org.onion4j.circuit.cell.PaddingNegotiate;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.cell.Vpadding;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.crypto.bytes.Bytes;

/**
 * T01: a relay that plays the cells of the link handshake in every order but the right one. A letter is a cell: V
 * VERSIONS, C CERTS, A AUTH_CHALLENGE, N NETINFO, P VPADDING, Z PADDING, R RELAY, U an unknown cell of variable length,
 * X CERTS on a circuit, H AUTHORIZE, S AUTHENTICATE, G PADDING_NEGOTIATE; a dot is the end of the link.
 */
@Timeout(60)
class LinkHandshakeHostileTest {
    private static ScriptedRelay relay;
    private static volatile LinkSteps steps;
    private final TestEnvironment environment = new TestEnvironment();

    private interface LinkSteps {
        void play(ScriptedLink link) throws IOException;
    }

    @BeforeAll
    static void startRelay() throws IOException {
        relay = ScriptedRelay.builder()
                .count(1)
                .script(new RelayScript() {
                    @Override
                    public void onLink(ScriptedLink link) throws IOException {
                        steps.play(link);
                    }
                })
                .start();
    }

    @AfterAll
    static void stopRelay() throws IOException {
        relay.close();
        relay.assertNoFailures();
    }

    @AfterEach
    void closeEnvironment() {
        environment.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VCAN", "VCN", "PVPCPAPNP", "VVCVAVNV", "VUCUAUNU", "VCANN", "HVHCHAHNH"})
    void t01_legalSequence_opens(String cells) throws Exception {
        steps = link -> play(link, cells);
        Channel channel = environment.openNow(relay);
        assertThat(channel.link().version()).isEqualTo(5);
        assertThat(channel.link().rsaIdentity()).isEqualTo(relay.keys().rsaIdentity());
        assertThat(channel.link().ed25519Identity()).isEqualTo(relay.keys().ed25519Identity());
        assertThat(relay.awaitLink().received(CellCommand.NETINFO)).isEqualTo(1);
        channel.close();
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        relay.awaitLinkEnd();
    }

    static Set<String> wrongOrders() {
        Set<String> orders = new TreeSet<>();
        permute("", "VCAN", orders);
        orders.remove("VCAN");
        orders.remove("VCNA"); // opens, and then breaks the rules of an open channel
        return orders;
    }

    private static void permute(String head, String rest, Set<String> all) {
        if (rest.isEmpty()) {
            all.add(head);
        }
        for (int i = 0; i < rest.length(); i++) {
            permute(head + rest.charAt(i), rest.substring(0, i) + rest.substring(i + 1), all);
        }
    }

    @ParameterizedTest
    @MethodSource("wrongOrders")
    void t01_wrongOrder_isRefused(String cells) throws Exception {
        assertRefused(Proof.NONE, link -> play(link, cells));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "V.", "VC.", "VCA.", "P.", "VN", "VA", "CAN", "AN", "N"})
    void t01_cellsMissing_isRefused(String cells) throws Exception {
        assertRefused(Proof.of(cells), link -> play(link, cells));
    }

    @ParameterizedTest
    @ValueSource(strings = {"VCCAN", "VCACN", "VCAAN", "VCZAN", "ZVCAN", "RVCAN", "VRCAN", "VCARN", "VXAN", "UVCAN"})
    void t01_cellDoubledOrOutOfPlace_isRefused(String cells) throws Exception {
        assertRefused(Proof.of(cells), link -> play(link, cells));
    }

    @ParameterizedTest
    @ValueSource(strings = {"VCNA", "VCANA", "VCANC", "VCANS", "VCANG"})
    void t01_cellWithNoBusinessOnAnOpenChannel_closesIt(String cells) throws Exception {
        steps = link -> play(link, cells);
        Channel channel = environment.open(relay);
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.PROTOCOL);
        assertThat(noCircuits(relay.awaitLinkEnd())).isTrue();
        relay.awaitLink();
    }

    static Stream<String> badVersions() {
        return Stream.of("", "00", "000400", "0003", "00010002", "0006ffff");
    }

    @ParameterizedTest
    @MethodSource("badVersions")
    void t01_badVersions_isRefused(String body) throws Exception {
        byte[] cell =
                CellFrame.encode(0, CellCommand.VERSIONS, Bytes.fromHex(body).toArray());
        assertRefused(Proof.NONE, link -> {
            link.sendRaw(ScriptedLink.beforeVersions(cell));
            play(link, "vCAN");
        });
    }

    static Stream<byte[]> badCells() {
        byte[] longNetinfo = new byte[CellFrame.CELL_BODY_LEN];
        Arrays.fill(longNetinfo, (byte) 0xff);
        return Stream.of(
                CellFrame.encode(0, CellCommand.CERTS, new byte[0]),
                CellFrame.encode(0, CellCommand.CERTS, new byte[] {1, 4, 0}),
                CellFrame.encode(0, CellCommand.CERTS, new byte[] {1, 4, -1, -1, 0}),
                CellFrame.encode(0, CellCommand.CERTS, new byte[] {2, 4, 0, 0, 4, 0, 0}),
                CellFrame.encode(0, CellCommand.AUTH_CHALLENGE, new byte[33]),
                CellFrame.encode(0, CellCommand.NETINFO, longNetinfo));
    }

    @ParameterizedTest
    @MethodSource("badCells")
    void t01_malformedCell_isRefused(byte[] cell) throws Exception {
        int command = CellFrame.command(cell, 0);
        String before = command == CellCommand.CERTS.wire() ? "V" : "VC";
        assertRefused(Proof.of(before), link -> {
            play(link, before);
            link.sendRaw(cell);
            play(link, "vAN");
        });
    }

    @Test
    void t01_noTlsAtAll_isRefused() throws Exception {
        try (ScriptedRelay plain = ScriptedRelay.builder()
                .count(1)
                .script(new RelayScript() {
                    @Override
                    public void onConnect(ScriptedRelay self, java.net.Socket socket) throws IOException {
                        socket.getOutputStream().write(CellFrame.encodeInitial(Versions.of(4, 5)));
                        socket.getInputStream().read();
                        socket.close();
                    }
                })
                .start()) {
            Channel channel = environment.open(plain);
            assertThat(TestEnvironment.failure(channel.opened()))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.TLS));
        }
    }

    /** Whether the relay proves who it is before it is refused: only then may it be sent NETINFO. */
    private enum Proof {
        NONE,
        GIVEN;

        static Proof of(String cells) {
            return cells.startsWith("VC") ? GIVEN : NONE;
        }
    }

    private void assertRefused(Proof proof, LinkSteps play) throws Exception {
        steps = play;
        Channel channel = environment.open(relay);
        assertThat(TestEnvironment.failure(channel.opened()))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.HANDSHAKE));
        ScriptedLink link = relay.awaitLinkEnd();
        assertThat(noCircuits(link)).isTrue();
        assertThat(link.received(CellCommand.NETINFO)).isLessThanOrEqualTo(proof == Proof.GIVEN ? 1 : 0);
        assertThat(channel.isOpen()).isFalse();
    }

    private static boolean noCircuits(ScriptedLink link) {
        return link.received(CellCommand.CREATE2) == 0 && link.received(CellCommand.CREATE_FAST) == 0;
    }

    private static void play(ScriptedLink link, String cells) throws IOException {
        boolean versionsSent = false;
        for (int i = 0; i < cells.length(); i++) {
            char letter = cells.charAt(i);
            if (letter == 'v') {
                versionsSent = true; // sent by other means
                continue;
            }
            if (letter == '.') {
                link.close();
                return;
            }
            byte[] cell = cell(link, letter);
            link.sendRaw(versionsSent ? cell : ScriptedLink.beforeVersions(cell));
            versionsSent |= letter == 'V';
        }
    }

    private static byte[] cell(ScriptedLink link, char letter) {
        return switch (letter) {
            case 'V' -> CellFrame.encode(0, Versions.of(3, 4, 5));
            case 'C' -> link.certs();
            case 'A' -> link.authChallenge();
            case 'N' -> link.netinfo();
            case 'P' -> CellFrame.encode(0, new Vpadding(77));
            case 'Z' -> CellFrame.encode(0, new Padding());
            case 'R' -> CellFrame.encode(0, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
            case 'U' -> CellFrame.encode(0, CellCommand.ofWire(222), new byte[9]);
            case 'H' -> CellFrame.encode(0, CellCommand.AUTHORIZE, new byte[5]);
            case 'S' -> CellFrame.encode(0, CellCommand.AUTHENTICATE, new byte[100]);
            case 'G' -> CellFrame.encode(0, PaddingNegotiate.stop());
            case 'X' -> CellFrame.encode(1, link.relay().keys().certs());
            default -> throw new IllegalArgumentException("letter " + letter);
        };
    }
}
