package org.onion4j.circuit.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.onion4j.circuit.IncomingStream;
import org.onion4j.circuit.StreamAcceptor;
import org.onion4j.circuit.StreamLimit;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.Rendezvous1;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.handshake.HsNtorService;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/** One client and one onion service that shake hands, for circuits that end at either of them. */
public final class Meeting {
    public static final Bytes COOKIE = Bytes.copyOf(new byte[EstablishRendezvous.COOKIE_LEN]);

    private static final Bytes AUTH_KEY = Bytes.fromHex("11".repeat(32));
    private static final Bytes SUBCREDENTIAL = Bytes.fromHex("22".repeat(32));
    private static final int HANDSHAKE_INFO_LEN = 64;

    private final RandomSource random;
    private final X25519 serviceKey;

    public Meeting(RandomSource random) {
        this.random = random;
        this.serviceKey = X25519.generate(random);
    }

    /** The client's side of a new handshake. */
    public HsNtorClient handshake() {
        return new HsNtorClient(AUTH_KEY, serviceKey.publicKey(), SUBCREDENTIAL, random);
    }

    /** What the service answers to a handshake. */
    public ServerReply answer(HsNtorClient handshake) throws Exception {
        Bytes sealed = handshake.seal(Bytes.EMPTY, COOKIE);
        try (HsNtorService service = HsNtorService.open(AUTH_KEY, serviceKey, SUBCREDENTIAL, Bytes.EMPTY, sealed)) {
            return service.answer(random);
        }
    }

    /** Lets a circuit of a service join a client, and that client be at its far end. */
    public Joined join(Built built, StreamLimit limit) throws Exception {
        Offers offers = new Offers();
        return new Joined(built, join(built, limit, offers).client(), offers);
    }

    /** The same with an acceptor of the test's own; nothing is offered to the result then. */
    public Joined join(Built built, StreamLimit limit, StreamAcceptor acceptor) throws Exception {
        HsNtorClient handshake = handshake();
        ServerReply answer = answer(handshake);
        Bytes info = answer.reply();
        built.circuit().join(COOKIE, answer, acceptor, limit);
        ReceivedMessage joined = built.awaitMessage(Rendezvous1.class, 0);
        assertThat(joined.hop()).isSameAs(built.last());
        Rendezvous1 message = (Rendezvous1) joined.message();
        assertThat(message.cookie()).isEqualTo(COOKIE);
        assertThat(message.handshakeInfo().slice(0, HANDSHAKE_INFO_LEN)).isEqualTo(info);
        ScriptedHop client = built.relay().addClient(handshake.finish(message.handshakeInfo()));
        return new Joined(built, client, new Offers());
    }

    /** Streams that were offered to the service and that nobody has taken yet. */
    public static final class Offers implements StreamAcceptor {
        private final BlockingQueue<IncomingStream> offers = new LinkedBlockingQueue<>();

        @Override
        public void onBegin(IncomingStream stream) {
            offers.add(stream);
        }

        /** The next one. */
        public IncomingStream next() throws InterruptedException {
            IncomingStream next = offers.poll(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("a stream").isNotNull();
            return next;
        }

        /** Those that are here. */
        public List<IncomingStream> all() {
            List<IncomingStream> all = new ArrayList<>();
            offers.drainTo(all);
            return all;
        }
    }

    /**
     * The circuit of a service that has joined a client.
     *
     * @param client the client, at the far end
     */
    public record Joined(Built built, ScriptedHop client, Offers offers) {
        /** A stream that the client asks for and that waits for an answer. */
        public IncomingStream offer(int streamId) throws Exception {
            client.send(streamId, Begin.toService(80));
            return offers.next();
        }

        /** A stream that the client has asked for and that is open. */
        public DataStream open(int streamId) throws Exception {
            DataStream stream = offer(streamId).accept();
            ReceivedMessage connected = built.awaitMessage(Connected.class, streamId);
            assertThat(connected.hop()).isSameAs(client);
            assertThat(connected.message()).isEqualTo(Connected.withoutAddress());
            return stream;
        }
    }
}
