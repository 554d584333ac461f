package org.onion4j.api.internal.socks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.OnionException;
import org.onion4j.api.internal.Destination;
import org.onion4j.api.internal.DestinationRules;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class SocksDialogueTest {
    /** What a dialogue came to. */
    private record Outcome(String result, SocksRequest request, Bytes answers, Bytes early) {}

    private static Bytes hex(String hex) {
        return Bytes.fromHex(hex);
    }

    /** Feeds the bytes in pieces of the given sizes, the last one over and over. */
    private static Outcome talk(Bytes input, int... sizes) throws IOException {
        SocksDialogue dialogue = new SocksDialogue();
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        int at = 0;
        int piece = 0;
        while (true) {
            SocksDialogue.Step step = dialogue.step();
            if (step instanceof SocksDialogue.Reply reply) {
                answers.write(reply.answer().toArray());
            } else if (step instanceof SocksDialogue.Complete complete) {
                while (at < input.size() && dialogue.hasRoom()) {
                    at += feed(dialogue, input, at, input.size() - at);
                }
                return new Outcome(
                        "request", complete.request(), Bytes.copyOf(answers.toByteArray()), dialogue.takeEarlyData());
            } else if (step instanceof SocksDialogue.Refuse refuse) {
                answers.write(refuse.answer().toArray());
                return new Outcome("refuse", null, Bytes.copyOf(answers.toByteArray()), Bytes.EMPTY);
            } else if (at == input.size()) {
                return new Outcome("more", null, Bytes.copyOf(answers.toByteArray()), Bytes.EMPTY);
            } else {
                at += feed(dialogue, input, at, sizes[Math.min(piece++, sizes.length - 1)]);
            }
        }
    }

    private static int feed(SocksDialogue dialogue, Bytes input, int at, int size) throws IOException {
        InputStream in = new ByteArrayInputStream(
                input.slice(at, Math.min(input.size(), at + size)).toArray());
        int before = in.available();
        dialogue.readFrom(in);
        return before - in.available();
    }

    static Stream<Vector> vectors() {
        return Vectors.stream("socks");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectors_giveTheAnswersOfCTor(Vector vector) throws Exception {
        Bytes sent = Bytes.EMPTY;
        Bytes expected = Bytes.EMPTY;
        boolean wholeAnswerKnown = true;
        for (Vector step : vector.objects("steps")) {
            sent = Bytes.concat(sent, step.bytes("send"));
            wholeAnswerKnown = step.has("expect");
            for (String member : new String[] {"expect", "expect_start"}) {
                if (step.has(member)) {
                    expected = Bytes.concat(expected, step.bytes(member));
                }
            }
        }
        for (int size : new int[] {sent.size(), 1, 2, 3, 7}) {
            Outcome outcome = talk(sent, size);
            assertThat(judge(outcome)).isEqualTo(vector.text("result"));
            assertThat(outcome.answers().hex()).startsWith(expected.hex());
            if (wholeAnswerKnown) {
                assertThat(outcome.answers()).isEqualTo(expected);
            }
            if (vector.text("result").equals("request")) {
                assertRequest(outcome.request(), vector);
                assertThat(outcome.early()).isEqualTo(Bytes.EMPTY);
            }
        }
    }

    /** C tor judges the host together with the form. */
    private static String judge(Outcome outcome) {
        if (outcome.request() != null && outcome.request().command() == SocksCommand.CONNECT) {
            try {
                Destination destination = new DestinationRules(DestinationRules.InternalAddresses.REFUSED)
                        .forStream(outcome.request().host(), outcome.request().port());
                assertThat(destination.port()).isEqualTo(outcome.request().port());
            } catch (OnionException e) {
                return "refuse";
            }
        }
        return outcome.result();
    }

    private static void assertRequest(SocksRequest request, Vector vector) {
        assertThat(request.version().name()).isEqualTo("SOCKS" + vector.integer("version"));
        assertThat(request.command().name().toLowerCase(Locale.ROOT)).isEqualTo(vector.text("command"));
        assertThat(request.host()).isEqualTo(vector.text("address"));
        assertThat(request.port()).isEqualTo(vector.integer("port"));
        String user = vector.has("user") ? vector.text("user") : "";
        assertThat(request.user()).isEqualTo(Bytes.copyOf(user.getBytes(US_ASCII)));
    }

    private static final String GREETING = "050100";
    private static final String CONNECT_NAME = "05010003036162630050"; // abc:80

    static Stream<Bytes> dialogues() {
        return Stream.of(
                hex(GREETING + CONNECT_NAME),
                hex("05020002" + "010175" + "0170" + CONNECT_NAME), // u, p
                hex("050102" + "010000" + "050100010102030401bb"), // empty user and password, 1.2.3.4:443
                hex(GREETING + "010175" + "0170" + "05f1000420010db8000000000000000000000001" + "0000"), // unasked
                hex("0401005000000001" + "7500" + "61626300"), // 4a, user u, abc
                hex("04f0005001020304" + "00")); // 4, RESOLVE
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void t66_splitAnywhere_withEarlyData_losesNothing(Bytes dialogue) throws Exception {
        Bytes early = Bytes.copyOf("GET / HTTP/1.0\r\n\r\n\0\5\1".getBytes(ISO_8859_1));
        Bytes all = Bytes.concat(dialogue, early);
        Outcome whole = talk(all, all.size());
        assertThat(whole.result()).isEqualTo("request");
        assertThat(whole.early()).isEqualTo(early);
        for (int first = 1; first < all.size(); first++) {
            assertThat(talk(all, first, all.size())).isEqualTo(whole);
            assertThat(talk(all, first, 1)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void t66_cutAnywhere_asksForMore(Bytes dialogue) throws Exception {
        for (int length = 0; length < dialogue.size(); length++) {
            assertThat(talk(dialogue.slice(0, length), 3).result()).isEqualTo("more");
        }
    }

    @Test
    void t66_earlyDataBeyondTheBuffer_isLeftUnread() throws Exception {
        SocksDialogue dialogue = new SocksDialogue();
        byte[] many = new byte[100_000];
        Arrays.fill(many, (byte) 'x');
        InputStream in = new ByteArrayInputStream(
                Bytes.concat(hex(GREETING + CONNECT_NAME), Bytes.copyOf(many)).toArray());
        dialogue.readFrom(in);
        assertThat(dialogue.step()).isInstanceOf(SocksDialogue.Reply.class);
        assertThat(dialogue.step()).isInstanceOf(SocksDialogue.Complete.class);
        while (dialogue.hasRoom()) {
            dialogue.readFrom(in);
        }
        int early = dialogue.takeEarlyData().size();
        assertThat(early).isLessThan(10_000);
        assertThat(early + in.available()).isEqualTo(100_000);
        assertThat(dialogue.hasEarlyData()).isFalse();
    }

    static List<String> strangers() {
        return ImmutableList.of(
                "GET / HTTP/1.1\r\nHost: localhost:9050\r\n\r\n",
                "HEAD / HTTP/1.0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: 127.0.0.1:9050\r\nContent-Length: 21\r\n\r\n\5\1\0\5\1\0\3\3abc\0\120",
                "PUT /x HTTP/1.1\r\n\r\n",
                "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\n\r\n",
                "DELETE / HTTP/1.1\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\u0016\3\1\2\0\1\0\1\374\3\3", // TLS hello
                "\u0016\3\3\0\50",
                "\200\56\1\0\2", // SSL 2 hello
                "SSH-2.0-OpenSSH_9.6\r\n",
                "EHLO mail.example\r\n",
                "USER anonymous\r\n",
                "NICK x\r\n",
                "*1\r\n$4\r\nPING\r\n",
                "stats\r\n",
                "{\"method\":\"x\"}",
                "<policy-file-request/>\0",
                "<?xml version='1.0'?><stream:stream>",
                "\0\0\0\0",
                "\1\1u\1p", // credentials without a greeting
                "\2\1\0",
                "\3\0\0\54\47\340\0\0\0\0\0Cookie: mstshash=x\r\n", // remote desktop
                "\6\1\0",
                "\377\373\1", // telnet
                "\r\n\r\n",
                " \5\1\0",
                "\377SMB",
                "\23BitTorrent protocol",
                "\5\0", // no methods
                "\uffff\u0005");
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void t65_otherProtocols_areClosedAtTheFirstByteWithNothingSaid(String text) throws Exception {
        Bytes bytes = Bytes.copyOf(text.getBytes(ISO_8859_1));
        Outcome outcome = talk(bytes, 1);
        assertThat(outcome.result()).isEqualTo("refuse");
        assertThat(outcome.answers()).isEqualTo(Bytes.EMPTY);
        int needed = text.equals("\5\0") ? 2 : 1;
        assertThat(talk(bytes.slice(0, needed), 1).result()).isEqualTo("refuse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"050101", "05030103ff", "0503992110"})
    void noMethodInCommon_isSaid(String greeting) throws Exception {
        assertThat(talk(hex(greeting), 1)).isEqualTo(new Outcome("refuse", null, hex("05ff"), Bytes.EMPTY));
    }

    @Test
    void t67_credentials_areChosenWhereverTheyAreOffered() throws Exception {
        for (String methods : new String[] {"050102", "05020002", "05020200", "050401000203"}) {
            assertThat(talk(hex(methods), 1).answers()).as(methods).isEqualTo(hex("0502"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<torS0X>", "<torS0X>1", "<torS0X>00", "<torS0X>0object", "<torS0X>x"})
    void t67_reservedUserNames_areRefused(String user) throws Exception {
        assertThat(talk(credentials(user, "p"), 1).answers()).isEqualTo(hex("05020101"));
        assertThat(talk(credentials(user, "p"), 1).result()).isEqualTo("refuse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<torS0X>0", "<tors0x>1", "<torS0X", "x<torS0X>1", ""})
    void t67_otherUserNames_areTaken(String user) throws Exception {
        Outcome outcome = talk(Bytes.concat(credentials(user, ""), hex(CONNECT_NAME)), 1);
        assertThat(outcome.request().user()).isEqualTo(Bytes.copyOf(user.getBytes(US_ASCII)));
        assertThat(outcome.request().password()).isEqualTo(Bytes.EMPTY);
    }

    private static Bytes credentials(String user, String password) {
        return Bytes.concat(
                hex("05010201"),
                Bytes.copyOf((byte) user.length()),
                Bytes.copyOf(user.getBytes(US_ASCII)),
                Bytes.copyOf((byte) password.length()),
                Bytes.copyOf(password.getBytes(US_ASCII)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0502 07", // BIND
                "0503 07", // UDP ASSOCIATE
                "0500 07",
                "05f2 07",
                "05010000 08",
                "05010002 08",
                "050100ff 08",
                "0501000300 01", // an empty name
                "05f1000303616263 0000 08", // the name of a name
                "04 01",
                "0101 01" // credentials for the second time
            })
    void badRequests_areAnsweredByTheirCode(String requestAndCode) throws Exception {
        String code = requestAndCode.substring(requestAndCode.length() - 2);
        String request =
                requestAndCode.substring(0, requestAndCode.length() - 3).replace(" ", "");
        Outcome outcome = talk(Bytes.concat(hex("050102" + "010000"), hex(request)), 1);
        assertThat(outcome.result()).isEqualTo("refuse");
        assertThat(outcome.answers()).isEqualTo(hex("05020100" + "05" + code + "0001000000000000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0402", "0400", "04f1", "0401005000000000" + "00"})
    void badSocks4Requests_areRejected(String request) throws Exception {
        assertThat(talk(hex(request), 1)).isEqualTo(new Outcome("refuse", null, hex("005b000000000000"), Bytes.EMPTY));
    }

    @Test
    void socks4_longerThanTheBound_isRejectedWithoutWaitingForItsEnd() throws Exception {
        byte[] user = new byte[504];
        Arrays.fill(user, (byte) 'u');
        Bytes request = Bytes.concat(hex("0401005001020304"), Bytes.copyOf(user));
        assertThat(talk(request, 1).result()).isEqualTo("refuse");
        assertThat(talk(request.slice(0, 511), 1).result()).isEqualTo("more");
    }

    @Test
    void t86_textsOfRequests_nameNoHostAndNoUser() throws Exception {
        Outcome outcome = talk(Bytes.concat(credentials("user", "password"), hex(CONNECT_NAME)), 100);
        assertThat(outcome.request().toString()).isEqualTo("SOCKS5 CONNECT by NAME");
    }

    @Property(tries = 1000)
    void anyBytes_giveAnOutcome(@ForAll @Size(max = 700) byte[] bytes) throws Exception {
        assertThat(talk(Bytes.copyOf(bytes), 5).result()).isIn("request", "refuse", "more");
    }

    @Property(tries = 1000)
    void anyBytesAfterAGoodBeginning_giveAnOutcome(@ForAll @Size(max = 100) byte[] bytes) throws Exception {
        for (String start : new String[] {"050100" + "05", "050102" + "01", "0401", "050100" + "05010003"}) {
            Bytes all = Bytes.concat(hex(start), Bytes.copyOf(bytes));
            Outcome outcome = talk(all, 1);
            assertThat(outcome.result()).isIn("request", "refuse", "more");
            assertThat(talk(all, all.size()).result()).isEqualTo(outcome.result());
        }
    }
}
