package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.crypto.bytes.Bytes;

/** A network whose time stands still, a service in it that does what a test wants, and relays that do so, too. */
final class OnionServiceWorld implements AutoCloseable {
    static final int PORT = 80;

    private static final Duration REAL_LIMIT = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofDays(1);

    /** What a directory has to say to a client who asks over a circuit of many hops: bytes, and then the end; or nothing. */
    interface Directory {
        Optional<byte[]> answer(TestRelay relay);
    }

    final TestNetwork network;
    final ScriptedService service;

    /** A network of 12 relays beside the authorities, three of which are the service's introduction points. */
    OnionServiceWorld(long seed) throws Exception {
        this(TestNetwork.builder().exits(1).seed(seed));
    }

    /** The same, but for what has been said already. */
    OnionServiceWorld(TestNetwork.Builder builder) throws Exception {
        network = builder.relays(12).standingTime().build();
        service = new ScriptedService(
                network, "service", network.relay("relay1"), network.relay("relay2"), network.relay("relay3"));
        hostile();
    }

    /** Lets all relays do this, too, and no longer what they did before. */
    void hostile(Hostility... more) {
        for (TestRelay relay : network.relays()) {
            List<Hostility> all = new ArrayList<>(List.of(more));
            all.add(service.at(relay));
            relay.hostile(all.toArray(Hostility[]::new));
        }
    }

    /** Lets directories answer that; those of which it says nothing are mute. */
    void directories(Directory directory) {
        for (TestRelay relay : network.relays()) {
            relay.hostile(
                    passing -> {
                        boolean asked = passing.isFromClient("DATA")
                                && passing.endsHere()
                                && !passing.previous().isClient();
                        return asked
                                ? directory
                                        .answer(relay)
                                        .map(bytes -> Reaction.drop().after(forge(bytes, passing.streamId())))
                                        .orElse(Reaction.drop())
                                : Reaction.pass();
                    },
                    service.at(relay));
        }
    }

    private static Forgery[] forge(byte[] bytes, int stream) {
        List<Forgery> all = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += Forgery.MAX_DATA_LEN) {
            byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + Forgery.MAX_DATA_LEN));
            all.add(Forgery.message("DATA", stream, part));
        }
        all.add(Forgery.message("END", stream, new byte[] {6}));
        return all.toArray(Forgery[]::new);
    }

    static byte[] http(int status, Bytes body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("HTTP/1.0 " + status + " Answer\r\nContent-Length: " + body.size() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body.toArray());
        return out.toByteArray();
    }

    static StreamOptions apart() {
        return StreamOptions.builder()
                .isolation(IsolationToken.create())
                .timeout(LONG)
                .build();
    }

    CompletableFuture<OnionStream> open(OnionClient client, StreamOptions options) {
        return client.openStreamAsync(service.host(), PORT, options);
    }

    /** Lets time pass until it is open, on a circuit of its own. */
    OnionStream connect(OnionClient client) throws Exception {
        return connect(client, apart());
    }

    OnionStream connect(OnionClient client, StreamOptions options) throws Exception {
        CompletableFuture<OnionStream> opening = open(client, options);
        await(opening);
        OnionStream stream = opening.get();
        stream.setReadTimeout(REAL_LIMIT);
        return stream;
    }

    /** Lets time pass until it is done. Gives the time that it took. */
    Duration await(CompletableFuture<?> future) throws Exception {
        Duration took = ClientUnderTest.pass(network, future, Duration.ofMinutes(20));
        // The thread that publishes the answer is not waited for by the time, which stands still now.
        assertThat(future.handle((value, failure) -> true)).succeedsWithin(REAL_LIMIT);
        return took;
    }

    /** Lets time pass until it has failed. */
    OnionServiceException.Reason refusal(CompletableFuture<OnionStream> opening) throws Exception {
        await(opening);
        Throwable failure = opening.handle((stream, why) -> why).get();
        assertThat(failure).isInstanceOf(OnionServiceException.class);
        return ((OnionServiceException) failure).reason();
    }

    OnionServiceException.Reason refusal(OnionClient client) throws Exception {
        return refusal(open(client, apart()));
    }

    static void assertEcho(OnionStream stream) throws IOException {
        stream.getOutputStream().write('x');
        assertThat(stream.getInputStream().read()).isEqualTo('x');
    }

    /** The circuits that ended at a relay that got this message, of clients that the relay doesn't know. */
    List<SeenPaths.Ended> circuitsWith(String message) {
        return SeenPaths.circuitsWith(network, message);
    }

    void forget() {
        network.relays().forEach(TestRelay::forget);
    }

    @Override
    public void close() {
        assertThat(network.report()).doesNotContain("hostility failed");
        service.close();
        network.close();
    }
}
