package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.crypto.bytes.Bytes;

/** T19: SENDMEs that acknowledge what was not sent, and data beyond what was granted. */
@Timeout(60)
class SendmeForgeryTest {
    private static final int CIRCUIT_INCREMENT = 100;
    private static final int STREAM_WINDOW = 500;
    /** What may wait for a reader: a window is granted anew as long as half a window waits at most. */
    private static final int MOST_BUFFERED = 750;

    private static final int DATA_LEN = 498;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** A circuit whose client has sent data, and the tags of each of its messages. */
    private record Sent(Built circuit, Stream stream, List<Bytes> tags) {
        static Sent make(int messages) throws Exception {
            Built circuit = client.build(3);
            circuit.last().acknowledge(false);
            Stream stream = circuit.open();
            List<Bytes> tags = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                stream.client().write(new byte[] {1}, 0, 1);
                circuit.awaitMessage(Data.class, stream.id());
                tags.add(circuit.last().forwardTag());
            }
            return new Sent(circuit, stream, tags);
        }

        /** The tag of a message, counted from 1. */
        Bytes tag(int message) {
            return tags.get(message - 1);
        }

        void send(Bytes tag) throws IOException {
            circuit.last().send(0, Sendme.withTag(tag));
        }

        void sendRaw(int version, int claimedLength, Bytes tag) throws IOException {
            byte[] head = {(byte) version, (byte) (claimedLength >>> 8), (byte) claimedLength};
            circuit.last().send(0, RelayCommand.SENDME, Bytes.concat(Bytes.copyOf(head), tag));
        }
    }

    /** What a hop does after 100 messages, the last of which it ought to acknowledge. */
    private interface Forgery {
        void send(Sent sent) throws Exception;
    }

    private static final ImmutableMap<String, Forgery> FORGERIES = ImmutableMap.<String, Forgery>builder()
            .put("one bit wrong", s -> {
                byte[] tag = s.tag(100).toArray();
                tag[19] ^= 1;
                s.send(Bytes.copyOf(tag));
            })
            .put("all zero", s -> s.send(Bytes.copyOf(new byte[20])))
            .put("the tag of the message before", s -> s.send(s.tag(99)))
            .put("the first 16 bytes", s -> s.send(s.tag(100).slice(0, 16)))
            .put("no bytes", s -> s.sendRaw(1, 0, Bytes.EMPTY))
            .put(
                    "one byte short of its length",
                    s -> s.sendRaw(1, 20, s.tag(100).slice(0, 19)))
            .put(
                    "four bytes, as relay digests have",
                    s -> s.sendRaw(1, 4, s.tag(100).slice(0, 4)))
            .put("version 0 without a body", s -> s.circuit().last().send(0, Sendme.withoutTag()))
            .put("version 0 with the tag", s -> s.sendRaw(0, 20, s.tag(100)))
            .put("version 2", s -> s.sendRaw(2, 20, s.tag(100)))
            .put("the right one twice", s -> {
                s.send(s.tag(100));
                s.send(s.tag(100));
            })
            .put("from the hop before", s -> s.circuit().hop(1).send(0, Sendme.withTag(s.tag(100))))
            .put("from the first hop", s -> s.circuit().hop(0).send(0, Sendme.withTag(s.tag(100))))
            .put("of another circuit", s -> {
                Sent other = Sent.make(CIRCUIT_INCREMENT);
                s.send(other.tag(100));
            })
            .put("the tag of our own last message", s -> {
                s.circuit().last().send(0, new Drop());
                s.send(s.circuit().last().backwardTag());
            })
            .buildOrThrow();

    static Set<String> forgeries() {
        return FORGERIES.keySet();
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void t19_forgedSendme_closesAsProtocol(String name) throws Exception {
        Sent sent = Sent.make(CIRCUIT_INCREMENT);
        FORGERIES.get(name).send(sent);
        client.assertClosedAsProtocol(sent.circuit());
        assertThat(sent.stream().client().isOpen()).isFalse();
    }

    @Test
    void t19_rightTag_isAccepted() throws Exception {
        Sent sent = Sent.make(CIRCUIT_INCREMENT);
        sent.send(sent.tag(100));
        client.awaitHandled();
        assertThat(sent.circuit().circuit().isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99})
    void t19_rightTagTooEarly_closesAsProtocol(int messages) throws Exception {
        Sent sent = Sent.make(messages);
        sent.send(sent.tag(messages));
        client.assertClosedAsProtocol(sent.circuit());
    }

    @Test
    void t19_nothingSent_closesAsProtocol() throws Exception {
        Sent sent = Sent.make(0);
        sent.send(sent.circuit().last().forwardTag());
        client.assertClosedAsProtocol(sent.circuit());
    }

    @Test
    void t19_tagsInAnotherOrder_closeAsProtocol() throws Exception {
        Sent sent = Sent.make(2 * CIRCUIT_INCREMENT);
        sent.send(sent.tag(200));
        client.assertClosedAsProtocol(sent.circuit());
    }

    @Test
    void t19_streamSendmeNotDue_closesAsProtocol() throws Exception {
        Sent sent = Sent.make(49);
        sent.circuit().last().send(sent.stream().id(), Sendme.withoutTag());
        client.assertClosedAsProtocol(sent.circuit());
    }

    @Test
    void t19_streamSendmeTwice_closesAsProtocol() throws Exception {
        Sent sent = Sent.make(99);
        sent.circuit().last().send(sent.stream().id(), Sendme.withoutTag());
        client.awaitHandled();
        assertThat(sent.circuit().circuit().isOpen()).isTrue();
        sent.circuit().last().send(sent.stream().id(), Sendme.withoutTag());
        client.assertClosedAsProtocol(sent.circuit());
    }

    @Test
    void t19_streamSendmesOfAClosedStream_areCountedStill() throws Exception {
        Sent sent = Sent.make(50);
        sent.stream().client().close();
        sent.circuit().last().send(sent.stream().id(), Sendme.withoutTag());
        client.awaitHandled();
        assertThat(sent.circuit().circuit().isOpen()).isTrue();
        sent.circuit().last().send(sent.stream().id(), Sendme.withoutTag());
        client.assertClosedAsProtocol(sent.circuit());
    }

    /** A far end that takes no notice of what it was granted: what waits never exceeds a window and a half. */
    @Test
    void t19_oneMessageBeyondTheStreamWindow_closesAsProtocol() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        flood(stream, MOST_BUFFERED);
        client.awaitHandled();
        assertThat(circuit.circuit().isOpen()).isTrue();
        assertThat(stream.client().available()).isEqualTo(MOST_BUFFERED * DATA_LEN);
        flood(stream, 1);
        client.assertClosedAsProtocol(circuit);
        assertThat(stream.client().available()).isLessThanOrEqualTo(MOST_BUFFERED * DATA_LEN);
    }

    /** Nobody reads it any more, so the windows that it still has are all there will ever be. */
    @Test
    void t19_oneMessageBeyondTheWindowOfAClosedStream_closesAsProtocol() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        stream.client().close();
        flood(stream, STREAM_WINDOW);
        client.awaitHandled();
        assertThat(circuit.circuit().isOpen()).isTrue();
        flood(stream, 1);
        client.assertClosedAsProtocol(circuit);
    }

    private static void flood(Stream stream, int messages) throws IOException {
        Data full = new Data(Bytes.copyOf(new byte[DATA_LEN]));
        try {
            for (int i = 0; i < messages; i++) {
                stream.hop().send(stream.id(), full);
            }
        } catch (ClientGoneException e) {
            return; // it had enough
        }
    }
}
