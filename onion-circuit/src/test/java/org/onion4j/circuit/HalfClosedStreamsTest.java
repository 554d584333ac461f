package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.crypto.bytes.Bytes;

/** Stream IDs that come free again. T13. */
@Timeout(60)
class HalfClosedStreamsTest {
    private static final int MORE_THAN_IDS_MAY_BE_IN_USE = 61_000;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private final HalfClosedStreams table = new HalfClosedStreams();

    private List<Integer> freed() {
        List<Integer> freed = new ArrayList<>();
        table.free(freed::add);
        return freed;
    }

    private void end(int fromId, int toId, int hop) {
        for (int id = fromId; id <= toId; id++) {
            table.onEnd(id, hop);
        }
    }

    @Test
    void beginAnsweredThatWasSentAfterTheEnd_freesWhatIsNotRemembered() {
        end(1, HalfClosedStreams.REMEMBERED + 3, 2);
        long begin = table.onBegin();
        assertThat(freed()).isEmpty();
        table.onAnswer(2, begin);
        assertThat(freed()).containsExactly(1, 2, 3);
        assertThat(freed()).isEmpty();
    }

    @Test
    void beginAnsweredThatWasSentBeforeTheEnd_freesNothing() {
        long begin = table.onBegin();
        end(1, HalfClosedStreams.REMEMBERED + 3, 2);
        table.onAnswer(2, begin);
        assertThat(freed()).isEmpty();
    }

    @Test
    void answerOfAnotherHop_freesNothing() {
        end(1, HalfClosedStreams.REMEMBERED + 3, 2);
        table.onAnswer(1, table.onBegin());
        assertThat(freed()).isEmpty();
    }

    @Test
    void oldAnswerAfterANewerOne_takesNothingBack() {
        long old = table.onBegin();
        end(1, HalfClosedStreams.REMEMBERED + 1, 0);
        table.onAnswer(0, table.onBegin());
        table.onAnswer(0, old);
        assertThat(freed()).containsExactly(1);
    }

    @Test
    void endOfTheFarSide_countsNoMore() {
        end(1, HalfClosedStreams.REMEMBERED + 1, 0);
        IntStream.rangeClosed(1, 500).forEach(table::remove);
        table.onAnswer(0, table.onBegin());
        assertThat(freed()).isEmpty();
    }

    /** An exit that answers, but sends no END back, as relays do. */
    private static final class Exit implements RelayScript {
        @Override
        public void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
            if (message instanceof Begin) {
                hop.send(streamId, Connected.to(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 60));
            }
        }
    }

    @Test
    void circuitThatOpensAndClosesMoreStreamsThanMayBeRemembered_goesOn() throws Exception {
        client.script(new Exit());
        Circuit circuit = client.fast().circuit();
        Begin begin = new Begin("a.test", 80, 0);
        for (int i = 0; i < MORE_THAN_IDS_MAY_BE_IN_USE; i++) {
            DataStream stream = circuit.openStream(begin);
            if (i % 250 == 0) {
                get(stream.connected());
            }
            stream.close();
        }
        assertThat(circuit.isOpen()).isTrue();
        assertThat(circuit.streamCount()).isZero();
        get(circuit.openStream(begin).connected());
    }

    @Test
    void t13_dataForAStreamThatEndedLately_isStillNothingWrong() throws Exception {
        Built built = client.fast();
        CircuitFixture.Stream ended = built.open();
        ended.client().close();
        for (int i = 0; i < 20; i++) {
            CircuitFixture.Stream next = built.open(); // each shows that the exit has seen the END
            next.client().close();
        }
        ended.hop().send(ended.id(), new Data(Bytes.copyOf(new byte[] {1})));
        client.awaitHandled();
        assertThat(built.circuit().isOpen()).isTrue();
    }
}
