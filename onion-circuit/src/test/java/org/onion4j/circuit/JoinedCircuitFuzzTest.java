package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.CircuitException.Kind;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Joined;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Anything that the client of an onion service can say, in any order: what the rules allow never closes the circuit, and
 * nothing else than the circuit comes to harm by the rest. The fixture sees that nothing was logged.
 */
@Timeout(60)
class JoinedCircuitFuzzTest {
    private static final int MAX_STREAMS = 6;
    private static final int IDS = 12;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private final Meeting meeting = new Meeting(client.random());

    private Joined join() throws Exception {
        return meeting.join(client.build(1), StreamLimit.refusing(MAX_STREAMS));
    }

    /** What the client, and the service, know of a stream ID. */
    private enum State {
        /** Neither has it open: the client may send BEGIN. */
        FREE,
        /** Both have it. */
        LIVE,
        /** The service has ended it, or refused it: the client may not know yet. */
        ENDED
    }

    /** A client that keeps to the rules and a service that does what it likes; one step of either at a time. */
    private final class Conversation {
        private final SplittableRandom random;
        private final Joined joined = join();
        private final Map<Integer, State> states = new HashMap<>();
        private final Map<Integer, Integer> sent = new HashMap<>(); // DATA messages on the stream of an ID
        private final Map<Integer, IncomingStream> offers = new HashMap<>();
        private final Map<Integer, DataStream> streams = new HashMap<>();
        private int resolves;

        Conversation(int seed) throws Exception {
            random = new SplittableRandom(seed);
        }

        private State state(int id) {
            return states.getOrDefault(id, State.FREE);
        }

        private long live() {
            return states.values().stream().filter(State.LIVE::equals).count();
        }

        void step() throws Exception {
            int id = 1 + random.nextInt(IDS);
            switch (random.nextInt(8)) {
                case 0, 1 -> begin(id);
                case 2, 3 -> data(id);
                case 4 -> end(id);
                case 5 -> answer(id);
                case 6 -> endHere(id);
                default -> oddity(id);
            }
        }

        private void begin(int id) throws Exception {
            if (state(id) == State.LIVE) {
                return;
            }
            boolean taken = live() < MAX_STREAMS;
            joined.client().send(id, Begin.toService(1 + random.nextInt(65535)));
            sent.put(id, 0);
            streams.remove(id);
            states.put(id, taken ? State.LIVE : State.ENDED);
            if (taken) {
                offers.put(id, joined.offers().next());
            }
        }

        private void data(int id) throws Exception {
            int already = sent.getOrDefault(id, 0);
            if (state(id) != State.FREE && already < 500) { // whatever is granted beyond that
                joined.client().send(id, new Data(Bytes.copyOf(new byte[1 + random.nextInt(498)])));
                sent.put(id, already + 1);
            }
        }

        private void end(int id) throws Exception {
            if (state(id) != State.FREE) {
                joined.client().send(id, End.of(EndReason.ofWire(random.nextInt(256))));
                states.put(id, State.FREE);
            }
        }

        private void answer(int id) throws Exception {
            IncomingStream offer = offers.remove(id);
            if (offer != null) {
                client.awaitHandled(); // an END that is on its way decides what there is to answer
                if (random.nextInt(4) == 0) {
                    offer.reject(EndReason.ofWire(random.nextInt(256)));
                    states.replace(id, State.LIVE, State.ENDED);
                } else {
                    streams.put(id, offer.accept());
                }
            }
        }

        private void endHere(int id) throws Exception {
            DataStream stream = streams.remove(id);
            if (stream != null) {
                client.awaitHandled();
                stream.close();
                states.replace(id, State.LIVE, State.ENDED);
            }
        }

        /** What is refused, or passed over. */
        private void oddity(int id) throws Exception {
            if (resolves < 64) {
                resolves++;
                joined.client().send(random.nextInt(65536), new Resolve("a.test"));
            }
            if (state(id) != State.LIVE) {
                joined.client().send(id, new BeginDir());
                sent.put(id, 0);
                states.put(id, State.ENDED);
            }
        }

        void check(int seed) throws Exception {
            client.awaitHandled();
            assertThat(joined.built().circuit().closed()).as("seed %s", seed).isNotDone();
            assertThat(joined.built().circuit().streamCount())
                    .as("seed %s", seed)
                    .isEqualTo((int) live());
            assertThat(joined.offers().all()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void anySequenceThatTheRulesAllow_keepsTheCircuitOpen() throws Exception {
        for (int seed = 0; seed < 40; seed++) {
            Conversation conversation = new Conversation(seed);
            for (int i = 0; i < 120; i++) {
                conversation.step();
            }
            conversation.check(seed);
            conversation.joined.built().circuit().close();
        }
    }

    /** What a client may bring its circuit to: our own CLOSED is what it gets for streams beyond the limit. */
    private static final ImmutableSet<Kind> FAULTS = ImmutableSet.of(Kind.PROTOCOL, Kind.DESTROYED);

    private static RelayMessage valid(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(499)];
        random.nextBytes(bytes);
        return switch (random.nextInt(7)) {
            case 0 -> new Data(Bytes.copyOf(bytes));
            case 1 -> End.of(EndReason.ofWire(random.nextInt(256)));
            case 2 -> new BeginDir();
            case 3 -> new Resolve("a.test");
            case 4 -> Sendme.withoutTag();
            default -> Begin.toService(1 + random.nextInt(65535));
        };
    }

    private static byte[] body(SplittableRandom random, List<Integer> ids) {
        int id = random.nextInt(3) == 0 ? random.nextInt(65536) : ids.get(random.nextInt(ids.size()));
        byte[] body = new byte[509];
        if (random.nextInt(3) == 0) {
            random.nextBytes(body);
            int length = random.nextInt(4) == 0 ? random.nextInt(65536) : random.nextInt(30);
            body[0] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 1);
            body[3] = (byte) (id >>> 8);
            body[4] = (byte) id;
            body[9] = (byte) (length >>> 8);
            body[10] = (byte) length;
        } else {
            RelayBody.encode(valid(random), id, (target, offset, length) -> {}, body, 0);
            for (int i = random.nextInt(4); i > 0; i--) {
                body[RelayBody.HEADER_LEN + random.nextInt(30)] = (byte) random.nextInt(256);
            }
        }
        body[1] = 0; // recognized; the digest is put in later
        body[2] = 0;
        return body;
    }

    @Test
    void anyBodyOfTheClientOrARelay_isHandledOrClosesTheCircuit() throws Exception {
        int closed = 0;
        for (int seed = 0; seed < 250; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Joined joined = join();
            List<Integer> ids = new ArrayList<>(List.of(0, 1, 65535, 11, 12, 13, 14));
            joined.offer(11);
            joined.open(12);
            joined.open(13).close();
            joined.offer(14).reject(EndReason.DONE);
            try {
                for (int i = 0; i < 12; i++) {
                    (random.nextInt(20) == 0 ? joined.built().hop(0) : joined.client()).sendBody(body(random, ids));
                }
            } catch (ClientGoneException e) {
                assertThat(joined.built().circuit().isOpen())
                        .as("seed %s", seed)
                        .isFalse();
            }
            client.awaitHandled();
            if (!joined.built().circuit().isOpen()) {
                CircuitException why = get(joined.built().circuit().closed());
                assertThat(why.kind()).as("seed %s", seed).isIn(FAULTS);
                assertThat(why.getMessage()).doesNotContain("internal");
                client.awaitDestroy(joined.built());
                closed++;
            }
            joined.built().circuit().close();
            assertThat(joined.built().circuit().streamCount()).isZero();
            assertThat(joined.offers().all()).noneMatch(IncomingStream::isWaiting);
        }
        assertThat(closed).isBetween(100, 250); // else what is tried is not worth trying
    }
}
